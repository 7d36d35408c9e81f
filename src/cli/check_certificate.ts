import { createPrivateKey, X509Certificate } from "node:crypto";
import { certificateName } from "../tunnel/quic.ts";
import type { Transport } from "../tunnel/transport.ts";
import type { Findings } from "./findings.ts";

const BLOCKS = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const SOON = 30 * 86_400_000;
const OTHERS_READ_OR_WRITE = 0o006;

const MAKE_ONE = "make one with `pppoe-proxy keygen certificate --name NAME`";

/** Checks what a server shows: that it is no authority's, is valid now, and fits its key. */
export async function checkServerCertificate(
  certificate: string,
  key: string,
  findings: Findings,
): Promise<void> {
  const parsed = await findings.attempt(() => readCertificates(certificate));
  const keyText = await findings.attempt(() => readKey(key));
  const leaf = parsed?.[0];
  if (leaf === undefined) return;
  checkEndEntity(leaf, certificate, findings);
  if (keyText !== undefined) {
    await findings.attempt(() => checkPair(leaf, certificate, keyText, key));
  }
}

/** Checks the one certificate that a client accepts. */
export async function checkPinned(
  path: string,
  findings: Findings,
  transport: Transport = "tls",
): Promise<void> {
  const parsed = await findings.attempt(() => readCertificates(path));
  if (parsed !== undefined) {
    checkEndEntity(parsed[0], path, findings);
    if (transport === "quic") {
      await findings.attempt(() => certificateName(parsed[0].toString()));
    }
  }
  if (Deno.env.get("DENO_CERT")) {
    findings.problems.push(
      "DENO_CERT is set, so other certificates than the pinned one would be accepted too; unset it",
    );
  }
}

/** Checks the authorities that a client trusts. */
export async function checkAuthorities(path: string, findings: Findings): Promise<void> {
  const parsed = await findings.attempt(() => readCertificates(path));
  for (const certificate of parsed ?? []) {
    checkDates(certificate, path, findings);
    if (certificate.ca) continue;
    findings.problems.push(
      `"${path}" has a certificate that is no authority's (CA:FALSE); to accept just this one, use server_certificate instead of server_ca`,
    );
  }
}

/** For whom a file's first certificate is and until when; throws where it cannot be read. */
export async function describeCertificate(path: string): Promise<string> {
  const [{ subjectAltName, subject, validTo }] = await readCertificates(path);
  const names = subjectAltName ?? subject.replaceAll("\n", ", ");
  return `"${path}" is for ${names}, valid until ${new Date(validTo).toISOString().slice(0, 10)}`;
}

async function readCertificates(path: string): Promise<[X509Certificate, ...X509Certificate[]]> {
  const [first, ...more] = (await readPem(path, "certificate")).match(BLOCKS) ?? [];
  if (first === undefined) {
    throw new Error(`Cannot use "${path}": it has no certificate in PEM; ${MAKE_ONE}`);
  }
  try {
    return [new X509Certificate(first), ...more.map((block) => new X509Certificate(block))];
  } catch (cause) {
    throw new Error(`Cannot use "${path}": it is damaged or no certificate`, { cause });
  }
}

async function readKey(path: string): Promise<string> {
  const text = await readPem(path, "key");
  const { mode } = await Deno.stat(path);
  if (mode !== null && (mode & OTHERS_READ_OR_WRITE) !== 0) {
    throw new Error(
      `Cannot use the key "${path}": everybody can read it; run \`chmod 600 "${path}"\``,
    );
  }
  return text;
}

async function readPem(path: string, what: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound
      ? `there is no such file; ${MAKE_ONE}`
      : cause instanceof Deno.errors.PermissionDenied
      ? "it must not be read; check its owner and mode"
      : String(cause);
    throw new Error(`Cannot read the ${what} "${path}": ${why}`, { cause });
  }
}

function checkEndEntity(certificate: X509Certificate, path: string, findings: Findings): void {
  checkDates(certificate, path, findings);
  if (!certificate.ca) return;
  findings.problems.push(
    `"${path}" is an authority's certificate (CA:TRUE, what \`openssl req -x509\` makes by default), which TLS refuses as a server's; ${MAKE_ONE}`,
  );
}

function checkDates(certificate: X509Certificate, path: string, findings: Findings): void {
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  const now = Date.now();
  if (now < from.getTime()) {
    findings.problems.push(`"${path}" is not valid before ${from.toISOString()}; check the clock`);
  } else if (now > to.getTime()) {
    findings.problems.push(`"${path}" has been invalid since ${to.toISOString()}; replace it`);
  } else if (now > to.getTime() - SOON) {
    findings.notes.push(`"${path}" is valid until ${to.toISOString()} only; replace it soon`);
  }
}

function checkPair(certificate: X509Certificate, path: string, key: string, keyPath: string): void {
  let parsed;
  try {
    parsed = createPrivateKey(key);
  } catch (cause) {
    throw new Error(`Cannot use the key "${keyPath}": it is no private key in PEM`, { cause });
  }
  if (!certificate.checkPrivateKey(parsed)) {
    throw new Error(`The key "${keyPath}" does not belong to the certificate "${path}"`);
  }
}
