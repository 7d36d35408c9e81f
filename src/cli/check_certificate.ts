import { type Certificate, readCertificate } from "../config/certificate.ts";
import { dateWarning } from "../config/certificate_dates.ts";
import { readKey } from "../config/files.ts";
import { checkTlsEnvironment } from "../tunnel/trust_environment.ts";
import type { Findings } from "./findings.ts";

const OTHERS_READ_OR_WRITE = 0o006;

/** Checks the certificate that a server is known by, and that its key belongs to it. */
export async function checkServerCertificate(
  path: string,
  key: string,
  findings: Findings,
): Promise<void> {
  await findings.attempt(checkTlsEnvironment);
  const certificate = await checkOne(path, findings);
  await findings.attempt(() => checkMode(key));
  if (certificate !== undefined) await findings.attempt(() => readKey(key, certificate));
}

/** Checks the certificates that a client accepts. */
export async function checkPinned(paths: readonly string[], findings: Findings): Promise<void> {
  await findings.attempt(checkTlsEnvironment);
  for (const path of paths) await checkOne(path, findings);
}

/** Which certificate a file holds, and until when; throws where it cannot be read. */
export async function describeCertificate(path: string): Promise<string> {
  const { names, validTo, fingerprint } = await readCertificate(path);
  const until = Number.isNaN(validTo)
    ? ""
    : `, until ${new Date(validTo).toISOString().slice(0, 10)}`;
  return `"${path}" is for ${names}${until}, SHA-256 ${fingerprint.toHex()}`;
}

async function checkOne(path: string, findings: Findings): Promise<Certificate | undefined> {
  const certificate = await findings.attempt(() => readCertificate(path));
  if (certificate === undefined) return undefined;
  const warning = dateWarning(certificate, Date.now());
  if (warning !== undefined) findings.notes.push(warning);
  return certificate;
}

async function checkMode(path: string): Promise<void> {
  const { mode } = await Deno.stat(path).catch(() => ({ mode: null })); // reading it says why
  if (mode === null || (mode & OTHERS_READ_OR_WRITE) === 0) return;
  throw new Error(
    `Cannot use the key "${path}": everybody can read it; run \`chmod 600 "${path}"\``,
  );
}
