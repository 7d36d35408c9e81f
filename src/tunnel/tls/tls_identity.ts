/**
 * The certificate that a server presents in TLS. It is not the configured one but a new one, signed
 * by the configured certificate's key, so that a pin accepts exactly one certificate:
 *
 *     server.crt, server.key           presented in TLS
 *     ┌───────────────────┐  signs  ┌────────────────────────────────┐
 *     │ subject S, key K  │────────▶│ issuer S, new key              │
 *     └───────────────────┘         │ for pppoe-proxy.invalid        │
 *               ▲                   └────────────────────────────────┘
 *               └── the client's only trust anchor: a copy of server.crt
 *
 * TLS verifiers use pinned certificates as trust anchors: a name and a key (RFC 5280 section
 * 6.1.1), whose dates and issuer do not matter. So a server that presents an acceptable certificate
 * has the pinned certificate's own key. Other certificates of the same issuer lead to no anchor, an
 * expired pin stays valid, and the client's clock does not matter.
 */
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto";
import { asciiText, derValues, encodeDer, objectIdentifier, sequence, Tag } from "./der.ts";

/** The name verified in TLS, the same for all servers: the pin identifies the server. */
export const TLS_NAME = "pppoe-proxy.invalid";

/** A certificate and its private key, both in PEM. */
export interface TlsIdentity {
  certificate: string;
  key: string;
}

/** How a type of key signs certificates (RFC 5758, 8017, 8410). */
interface Signer {
  digest: "sha256" | "sha384" | null;
  algorithm: Uint8Array;
}

const SUPPORTED = "use an RSA key of 2048 to 8192 bits, P-256, P-384 or Ed25519";
const [MIN_RSA, MAX_RSA] = [2048, 8192];

/**
 * Makes the identity that a server presents from its certificate (the first one in the PEM text)
 * and that certificate's private key (PKCS #1, SEC 1 or PKCS #8 in PEM). Throws an Error if the key
 * is malformed, does not match the certificate, or is of a type that TLS clients do not verify.
 */
export function makeTlsIdentity(certificate: string, key: string): TlsIdentity {
  const leaf = new X509Certificate(certificate);
  const signingKey = readKey(key);
  if (!leaf.checkPrivateKey(signingKey)) throw new Error("it does not match the certificate");
  const signer = signerOf(signingKey);
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = own.publicKey.export({ type: "spki", format: "der" });
  const body = certificateBody(new Uint8Array(leaf.raw), new Uint8Array(spki), signer.algorithm);
  const signature = sign(signer.digest, body, signingKey);
  const der = sequence(
    body,
    signer.algorithm,
    encodeDer(Tag.bitString, Uint8Array.of(0), new Uint8Array(signature)),
  );
  return {
    certificate: pem("CERTIFICATE", der),
    key: own.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function readKey(key: string): KeyObject {
  if (/^-----BEGIN ENCRYPTED PRIVATE KEY|^Proc-Type: 4,ENCRYPTED/m.test(key)) {
    throw new Error("it has a passphrase; remove it with `openssl pkey -in KEY -out NEW`");
  }
  try {
    return createPrivateKey(key);
  } catch {
    throw new Error("it is not a private key in PEM format");
  }
}

/** Throws an Error if this is not a type of key, public or private, that TLS clients verify. */
export function requireSupportedKey(key: KeyObject): void {
  signerOf(key);
}

function signerOf(key: KeyObject): Signer {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const kind = key.asymmetricKeyType;
  if (kind === "ed25519") return { digest: null, algorithm: algorithm("1.3.101.112") };
  if (kind === "rsa" && modulusLength !== undefined) {
    if (modulusLength >= MIN_RSA && modulusLength <= MAX_RSA) {
      const noParameters = encodeDer(Tag.null);
      return { digest: "sha256", algorithm: algorithm("1.2.840.113549.1.1.11", noParameters) };
    }
    throw new Error(`it is an RSA key of ${modulusLength} bits; ${SUPPORTED}`);
  }
  if (kind === "ec" && namedCurve === "prime256v1") {
    return { digest: "sha256", algorithm: algorithm("1.2.840.10045.4.3.2") };
  }
  if (kind === "ec" && namedCurve === "secp384r1") {
    return { digest: "sha384", algorithm: algorithm("1.2.840.10045.4.3.3") };
  }
  throw new Error(`its type ${namedCurve ?? kind} is not supported; ${SUPPORTED}`);
}

function algorithm(identifier: string, ...parameters: readonly Uint8Array[]): Uint8Array {
  return sequence(objectIdentifier(identifier), ...parameters);
}

/** TBSCertificate of RFC 5280 section 4.1. */
function certificateBody(leaf: Uint8Array, spki: Uint8Array, signature: Uint8Array): Uint8Array {
  const fingerprint = createHash("sha256").update(leaf).digest("hex");
  return sequence(
    encodeDer(Tag.explicit(0), encodeDer(Tag.integer, Uint8Array.of(2))), // version 3
    encodeDer(Tag.integer, serialNumber()),
    signature,
    subjectOf(leaf),
    sequence(
      asciiText(Tag.utcTime, "700101000000Z"),
      asciiText(Tag.generalizedTime, "99991231235959Z"),
    ),
    // Names the certificate whose key signed this one, for anyone who inspects the connection.
    sequence(encodeDer(Tag.set, commonName(fingerprint))),
    spki,
    encodeDer(Tag.explicit(3), extensions()),
  );
}

function commonName(text: string): Uint8Array {
  return sequence(objectIdentifier("2.5.4.3"), asciiText(Tag.utf8String, text));
}

/** A positive number of 126 random bits. */
function serialNumber(): Uint8Array {
  const bytes = new Uint8Array(randomBytes(16));
  bytes[0] = bytes[0] & 0x3f | 0x40;
  return bytes;
}

/** The encoded subject of a certificate: names are compared byte by byte. */
function subjectOf(certificate: Uint8Array): Uint8Array {
  const [body] = derValues(certificate);
  const fields = derValues(body).filter(([tag]) => tag !== Tag.explicit(0)); // without the version
  return fields[4]; // serialNumber, signature, issuer, validity, subject
}

function extensions(): Uint8Array {
  const critical = encodeDer(Tag.boolean, Uint8Array.of(0xff));
  const extension = (identifier: string, value: Uint8Array, ...flags: readonly Uint8Array[]) =>
    sequence(objectIdentifier(identifier), ...flags, encodeDer(Tag.octetString, value));
  return sequence(
    extension("2.5.29.19", sequence(), critical), // basicConstraints: not an authority
    extension("2.5.29.15", encodeDer(Tag.bitString, Uint8Array.of(7, 0x80)), critical), // digitalSignature
    extension("2.5.29.37", sequence(objectIdentifier("1.3.6.1.5.5.7.3.1"))), // serverAuth
    extension("2.5.29.17", sequence(asciiText(Tag.implicit(2), TLS_NAME))), // dNSName
  );
}

function pem(label: string, der: Uint8Array): string {
  const lines = der.toBase64().match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
