/** Certificate files, and the rules for certificates that a server presents or a client pins. */
import { Buffer } from "node:buffer";
import { createHash, X509Certificate } from "node:crypto";
import { requireSupportedKey } from "../../tunnel/tls/tls_identity.ts";
import { Refusal } from "../finding.ts";
import { type Owners, readGuarded, type Rule, trustedOwners } from "./file_rules.ts";
import { pemBlocks, privateKeyIn } from "./pem_blocks.ts";

/** Maximum size of a certificate or key file, in bytes: far more than any certificate chain. */
const MAX_FILE = 256 * 1024;

const MAKE_ONE = "make one with `pppoe-proxy keygen certificate --name NAME`";

/** The object identifier 2.5.29.30, nameConstraints (RFC 5280 section 4.2.1.10), in DER. */
const NAME_CONSTRAINTS = Buffer.of(0x06, 0x03, 0x55, 0x1d, 0x1e);

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
  const text = readPem(path, "certificate", owners);
  return parseCertificate(
    privateKeyIn(text) === undefined ? text : readPrivate(path, owners),
    path,
  );
}

/** Reads a certificate's file that has a private key too, so that others must not read it. */
function readPrivate(path: string, owners: Owners): string {
  const what = "the certificate with its private key";
  return readGuardedPem(path, { code: "certificate-unusable", what, rule: "private", owners });
}

/**
 * Parses the first certificate of a PEM file (RFC 7468). Only its issuers may follow; they are
 * ignored. Refuses a CA certificate, because its key can sign certificates for others, and one that
 * no tunnel can use. If one of several is damaged, none is used in its place.
 */
export function parseCertificate(text: string, path: string): Certificate {
  const refuse = (why: string, remedy = MAKE_ONE) =>
    new Refusal("certificate-unusable", `Cannot use the certificate "${path}": ${why}`, remedy);
  const blocks = pemBlocks(text).filter(({ label }) => /CERTIFICATE$/i.test(label));
  if (blocks.length === 0) throw refuse("it has no PEM certificate");
  const other = blocks.find(({ label }) => label !== "CERTIFICATE");
  if (other !== undefined) {
    const remedy = "convert it with `openssl x509 -in FILE -out NEW`";
    throw refuse(`it has a "${other.label}" instead of a "CERTIFICATE"`, remedy);
  }
  const certificates = blocks.map(({ body }) => body === undefined ? body : parseBlock(body));
  const [leaf] = certificates;
  if (leaf === undefined || certificates.includes(undefined)) throw refuse("it is damaged");
  const fault = leafFault(leaf);
  if (fault !== undefined) throw refuse(fault);
  if (withoutIssuers(leaf, certificates as X509Certificate[]) > 0) {
    throw refuse(
      "it has several certificates that are not issuers of the first one",
      "put each into its own file and list the files",
    );
  }
  return describe(leaf, path);
}

/** Why a certificate can be neither presented nor pinned; undefined if it can. */
function leafFault(leaf: X509Certificate): string | undefined {
  if (leaf.ca) {
    return "it is a CA certificate (CA:TRUE, the default of `openssl req -x509`), which can issue certificates to others";
  }
  // TLS applies them to what the certificate's key has signed, even if it is no authority.
  if (Buffer.from(leaf.raw).includes(NAME_CONSTRAINTS)) {
    return "it has name constraints, which exclude the tunnel";
  }
  try {
    requireSupportedKey(leaf.publicKey);
    return undefined;
  } catch (error) {
    return `its key is not usable: ${error instanceof Error ? error.message : error}`;
  }
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
  return readGuardedPem(path, {
    code: `${kind}-unusable`,
    what: `the ${kind}`,
    rule: kind === "key" ? "private" : "unchangeable",
    owners,
  });
}

function readGuardedPem(
  path: string,
  how: { code: "certificate-unusable" | "key-unusable"; what: string; rule: Rule; owners: Owners },
): string {
  const bytes = readGuarded(path, { ...how, limit: MAX_FILE, hint: MAKE_ONE });
  if (bytes !== undefined) return new TextDecoder().decode(bytes);
  throw new Refusal(
    how.code,
    `Cannot use ${how.what} "${path}": it has more than ${MAX_FILE} bytes`,
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
