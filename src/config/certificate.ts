/** Certificate files: what they hold, and the rules for what can be shown or pinned. */
import { createHash, X509Certificate } from "node:crypto";
import { type Owners, readGuarded, trustedOwners } from "./file_rules.ts";

const BLOCKS = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;
/** Far more than any chain of certificates. Bytes. */
const MAX_FILE = 256 * 1024;

const MAKE_ONE = "make one with `pppoe-proxy keygen certificate --name NAME`";

/** The certificate that a file stands for: the first one in it. */
export interface Certificate {
  path: string;
  /** PEM of this certificate alone. */
  pem: string;
  /** SHA-256 of its DER, 32 bytes: what `openssl x509 -fingerprint -sha256` shows. */
  fingerprint: Uint8Array;
  /** Hosts it names, or its subject. */
  names: string;
  /** Milliseconds since the epoch; NaN where the date cannot be read. */
  validFrom: number;
  validTo: number;
}

/**
 * Reads a certificate that a server shows or a client pins. Throws an Error for a file that cannot
 * be read, holds no certificate or a damaged one, and for the rules of `parseCertificate`.
 */
// deno-lint-ignore require-await -- what it throws rejects
export async function readCertificate(
  path: string,
  owners: Owners = trustedOwners(),
): Promise<Certificate> {
  return parseCertificate(readPem(path, "certificate", owners), path);
}

/**
 * The first certificate of a PEM file (RFC 7468). Others may follow only as its issuers, and have
 * no meaning. An authority's certificate is refused: its key signs for others as well.
 */
export function parseCertificate(text: string, path: string): Certificate {
  const refuse = (why: string) => new Error(`Cannot use the certificate "${path}": ${why}`);
  const blocks = [...text.matchAll(BLOCKS)].map(([, body]) => parseBlock(body));
  if (blocks.length === 0) throw refuse(`it has no certificate in PEM; ${MAKE_ONE}`);
  const [leaf] = blocks;
  if (leaf === undefined || blocks.includes(undefined)) throw refuse("it is damaged");
  if (leaf.ca) {
    throw refuse(
      `it is an authority's (CA:TRUE, what \`openssl req -x509\` makes by default), which may have issued certificates to others; ${MAKE_ONE}`,
    );
  }
  const strangers = withoutIssuers(leaf, blocks as X509Certificate[]);
  if (strangers > 0) {
    throw refuse(
      "it holds several certificates that are not the first one's issuers; put each into a file of its own, and list the files",
    );
  }
  return describe(leaf, path);
}

/** SHA-256 of the first certificate's DER in a PEM text. Throws as `parseCertificate` does. */
export function readPin(pem: string): Promise<Uint8Array> {
  return Promise.try(() => parseCertificate(pem, "").fingerprint);
}

/**
 * Text of a PEM file: of a key that nobody else can read, of a certificate that nobody else can
 * change. Throws an Error that says what to do.
 */
export function readPem(
  path: string,
  kind: "certificate" | "key",
  owners: Owners = trustedOwners(),
): string {
  const bytes = readGuarded(path, {
    what: `the ${kind}`,
    rule: kind === "key" ? "private" : "unchangeable",
    owners,
    limit: MAX_FILE,
    hint: MAKE_ONE,
  });
  if (bytes !== undefined) return new TextDecoder().decode(bytes);
  throw new Error(`Cannot use the ${kind} "${path}": it has more than ${MAX_FILE} bytes`);
}

function parseBlock(base64: string): X509Certificate | undefined {
  try {
    const der = Uint8Array.fromBase64(base64);
    // OpenSSL ignores what follows the certificate, a SHA-256 of the block would not.
    if (derLength(der) !== der.length) return undefined;
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

/** Whole length of a DER value of 128 to 65,535 bytes, such as every certificate is (X.690 §8.1.3). */
function derLength(der: Uint8Array): number {
  if (der[1] === 0x81) return 3 + der[2];
  return der[1] === 0x82 ? 4 + (der[2] << 8 | der[3]) : 2 + der[1];
}

/** How many of `all` are neither `leaf` nor above it in its chain. */
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
    return false; // a kind of key that Deno does not know
  }
}

function describe(leaf: X509Certificate, path: string): Certificate {
  const der = new Uint8Array(leaf.raw);
  const lines = der.toBase64().match(/.{1,64}/g) ?? [];
  return {
    path,
    pem: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
    fingerprint: new Uint8Array(createHash("sha256").update(der).digest()),
    names: leaf.subjectAltName ?? leaf.subject?.replaceAll("\n", ", ") ?? "nobody",
    validFrom: Date.parse(leaf.validFrom),
    validTo: Date.parse(leaf.validTo),
  };
}
