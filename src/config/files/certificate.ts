/** Certificate files, and the rules for certificates that a server presents or a client pins. */
import { createHash, X509Certificate } from "node:crypto";
import { Refusal } from "../finding.ts";
import { type Owners, readGuarded, trustedOwners } from "./file_rules.ts";

const BLOCKS = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;
/** Maximum size of a certificate or key file, in bytes: far more than any certificate chain. */
const MAX_FILE = 256 * 1024;

const MAKE_ONE = "make one with `pppoe-proxy keygen certificate --name NAME`";

/** The first certificate in a file. */
export interface Certificate {
  path: string;
  /** PEM of only this certificate. */
  pem: string;
  /** SHA-256 of its DER, 32 bytes, as shown by `openssl x509 -fingerprint -sha256`. */
  fingerprint: Uint8Array;
  /** Its subject alternative names, or its subject. */
  names: string;
  /** Milliseconds since 1970; NaN if the date cannot be parsed. */
  validFrom: number;
  validTo: number;
}

/**
 * Reads a certificate that a server presents or a client pins. Throws an Error if the file cannot
 * be read, has no valid certificate, or breaks a rule of `parseCertificate`.
 */
// deno-lint-ignore require-await -- turns exceptions into rejections
export async function readCertificate(
  path: string,
  owners: Owners = trustedOwners(),
): Promise<Certificate> {
  return parseCertificate(readPem(path, "certificate", owners), path);
}

/**
 * Parses the first certificate of a PEM file (RFC 7468). Only its issuers may follow; they are
 * ignored. Refuses a CA certificate, because its key can sign certificates for others.
 */
export function parseCertificate(text: string, path: string): Certificate {
  const refuse = (why: string, remedy: string) =>
    new Refusal("certificate-unusable", `Cannot use the certificate "${path}": ${why}`, remedy);
  const blocks = [...text.matchAll(BLOCKS)].map(([, body]) => parseBlock(body));
  if (blocks.length === 0) throw refuse("it has no PEM certificate", MAKE_ONE);
  const [leaf] = blocks;
  if (leaf === undefined || blocks.includes(undefined)) throw refuse("it is damaged", MAKE_ONE);
  if (leaf.ca) {
    throw refuse(
      "it is a CA certificate (CA:TRUE, the default of `openssl req -x509`), which can issue certificates to others",
      MAKE_ONE,
    );
  }
  const strangers = withoutIssuers(leaf, blocks as X509Certificate[]);
  if (strangers > 0) {
    throw refuse(
      "it has several certificates that are not issuers of the first one",
      "put each into its own file and list the files",
    );
  }
  return describe(leaf, path);
}

/**
 * Returns the SHA-256 of the first certificate's DER in a PEM text. Rejects as `parseCertificate`.
 */
export function readPin(pem: string): Promise<Uint8Array> {
  return Promise.try(() => parseCertificate(pem, "").fingerprint);
}

/**
 * Reads a PEM file: a key that only its owner can access, or a certificate that others cannot
 * write. Throws an Error that says what to do.
 */
export function readPem(
  path: string,
  kind: "certificate" | "key",
  owners: Owners = trustedOwners(),
): string {
  const code = `${kind}-unusable` as const;
  const bytes = readGuarded(path, {
    code,
    what: `the ${kind}`,
    rule: kind === "key" ? "private" : "unchangeable",
    owners,
    limit: MAX_FILE,
    hint: MAKE_ONE,
  });
  if (bytes !== undefined) return new TextDecoder().decode(bytes);
  throw new Refusal(
    code,
    `Cannot use the ${kind} "${path}": it has more than ${MAX_FILE} bytes`,
    "name the right file",
  );
}

function parseBlock(base64: string): X509Certificate | undefined {
  try {
    const der = Uint8Array.fromBase64(base64);
    // OpenSSL ignores trailing bytes, but a SHA-256 of the block includes them.
    if (derLength(der) !== der.length) return undefined;
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

/** Total length in bytes of a DER value shorter than 64 KiB, as certificates are (X.690 §8.1.3). */
function derLength(der: Uint8Array): number {
  if (der[1] === 0x81) return 3 + der[2];
  return der[1] === 0x82 ? 4 + (der[2] << 8 | der[3]) : 2 + der[1];
}

/** Number of certificates in `all` that are neither `leaf` nor in its chain. */
function withoutIssuers(leaf: X509Certificate, all: readonly X509Certificate[]): number {
  const chain = [leaf];
  let rest = all.slice(1);
  for (const one of chain) {
    const issuers = rest.filter((other) => isIssuer(one, other));
    rest = rest.filter((other) => !issuers.includes(other));
    chain.push(...issuers);
  }
  return rest.length;
}

function isIssuer(of: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return issuer.ca && of.checkIssued(issuer) && of.verify(issuer.publicKey);
  } catch {
    return false; // a key type that Deno does not support
  }
}

function describe(leaf: X509Certificate, path: string): Certificate {
  const der = new Uint8Array(leaf.raw);
  const lines = der.toBase64().match(/.{1,64}/g) ?? [];
  return {
    path,
    pem: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
    fingerprint: new Uint8Array(createHash("sha256").update(der).digest()),
    names: leaf.subjectAltName ?? leaf.subject?.replaceAll("\n", ", ") ?? "(no name)",
    validFrom: Date.parse(leaf.validFrom),
    validTo: Date.parse(leaf.validTo),
  };
}
