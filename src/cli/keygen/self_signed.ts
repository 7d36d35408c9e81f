/**
 * Self-signed certificates for pinning (RFC 5280). Loads an X.509 library, so import it on demand.
 */
import "reflect-metadata"; // @peculiar/x509 needs it at load time
import * as x509 from "@peculiar/x509";
import { isIP } from "node:net";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** ub-common-name of RFC 5280 appendix A. */
const MAX_COMMON_NAME = 64;

/** A certificate and its private key, both in PEM. */
export interface SelfSigned {
  certificate: string;
  key: string;
  validUntil: Date;
}

/**
 * Generates a server's self-signed certificate for a DNS name or an IP address. It is an end-entity
 * certificate (CA:FALSE): TLS refuses a CA certificate as a server's, even if it is pinned.
 */
export async function makeSelfSigned(name: string, days: number, now: Date): Promise<SelfSigned> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const validUntil = new Date(now.getTime() + days * DAY);
  const { digitalSignature } = x509.KeyUsageFlags;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name.slice(0, MAX_COMMON_NAME)] }],
    notBefore: new Date(now.getTime() - HOUR), // for clients with a slow clock
    notAfter: validUntil,
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: isIP(name) === 0 ? "dns" : "ip", value: name },
      ]),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificate: `${certificate.toString("pem")}\n`,
    key: `${x509.PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`,
    validUntil,
  };
}
