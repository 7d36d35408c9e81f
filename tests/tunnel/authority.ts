/** Certificates of every kind that a test may present or pin. */
import "reflect-metadata"; // @peculiar/x509 looks for it when it is loaded
import * as x509 from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** A certificate with its private key. */
export interface Issued {
  /** PEM. */
  certificate: string;
  /** PKCS #8, PEM. */
  key: string;
  keys: CryptoKeyPair;
}

/** Unusual properties of a certificate. */
export interface Wanted {
  subject?: string;
  /** The signer; self-signed by default. */
  issuer?: Issued;
  /** The issuer's name in the certificate, which may differ from the signer's. */
  issuerName?: string;
  names?: string[];
  ca?: boolean;
  from?: Date;
  until?: Date;
}

/** Makes a certificate with a new P-256 key. */
export async function issue(wanted: Wanted = {}): Promise<Issued> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const { subject = "CN=server.example", issuer, names = ["server.example"] } = wanted;
  const authority = issuer && new x509.X509Certificate(issuer.certificate);
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: crypto.getRandomValues(new Uint8Array(8)).toHex(),
    subject,
    issuer: wanted.issuerName ?? authority?.subject ?? subject,
    notBefore: wanted.from ?? new Date(Date.now() - 3_600_000),
    notAfter: wanted.until ?? new Date(Date.now() + 86_400_000),
    signingAlgorithm: ALGORITHM,
    signingKey: (issuer?.keys ?? keys).privateKey,
    publicKey: keys.publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(wanted.ca === true, undefined, true),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: "dns" as const, value })),
      ),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificate: `${made.toString("pem")}\n`,
    key: `${x509.PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`,
    keys,
  };
}
