import { type Certificate, readCertificate, readPem } from "../../config/files/certificate.ts";
import { dateWarning } from "../../config/files/certificate_dates.ts";
import { type Owners, trustedOwners } from "../../config/files/file_rules.ts";
import { readKey } from "../../config/files/files.ts";
import { checkTlsEnvironment } from "../../tunnel/tls/trust_environment.ts";
import type { Findings } from "./findings.ts";

/** Checks a server's certificate and that the key belongs to it. */
export async function checkServerCertificate(
  path: string,
  key: string,
  findings: Findings,
  owners: Owners = trustedOwners(),
): Promise<void> {
  await findings.attempt(checkTlsEnvironment);
  const certificate = await checkOne(path, findings, owners);
  await findings.attempt(async () => {
    if (certificate === undefined) readPem(key, "key", owners);
    else await readKey(key, certificate, owners);
  });
}

/** Checks the certificates that a client accepts. */
export async function checkPinned(
  paths: readonly string[],
  findings: Findings,
  owners: Owners = trustedOwners(),
): Promise<void> {
  await findings.attempt(checkTlsEnvironment);
  for (const path of paths) await checkOne(path, findings, owners);
}

/** Describes a certificate: names, expiry and SHA-256. Throws an Error if it cannot be read. */
export async function describeCertificate(path: string, owners: Owners): Promise<string> {
  const { names, validTo, fingerprint } = await readCertificate(path, owners);
  const until = Number.isNaN(validTo)
    ? ""
    : `, valid until ${new Date(validTo).toISOString().slice(0, 10)}`;
  return `"${path}" is for ${names}${until}, SHA-256 ${fingerprint.toHex()}`;
}

async function checkOne(
  path: string,
  findings: Findings,
  owners: Owners,
): Promise<Certificate | undefined> {
  const certificate = await findings.attempt(() => readCertificate(path, owners));
  if (certificate === undefined) return undefined;
  const warning = dateWarning(certificate, Date.now());
  if (warning !== undefined) findings.notes.push(warning);
  return certificate;
}
