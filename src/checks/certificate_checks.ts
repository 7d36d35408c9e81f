/** Checks of certificates, keys and the environment of TLS. */
import { basename, dirname, extname, join } from "node:path";
import { type Certificate, readCertificate, readPem } from "../config/files/certificate.ts";
import { dateFault } from "../config/files/certificate_dates.ts";
import { type Owners, trustedOwners } from "../config/files/file_rules.ts";
import { readKey } from "../config/files/files.ts";
import type { ClientConfig, Config, ServerConfig } from "../config/types.ts";
import { checkTlsEnvironment } from "../tunnel/tls/trust_environment.ts";
import type { Check } from "./check.ts";
import type { Findings } from "./findings.ts";

/** Checks a server's certificate and key, or the certificates that a client accepts. */
export const CERTIFICATES: Check = {
  name: "certificate",
  async look({ config }, findings) {
    await findings.attempt("environment-unsafe", "", checkTlsEnvironment);
    return config.mode === "server"
      ? await checkOwn(config, findings)
      : await checkPins(config, findings);
  },
};

/** The files of certificates that a configuration names. */
export function certificateFiles({ mode, tunnel }: Config): readonly string[] {
  return mode === "server" ? [tunnel.certificate] : tunnel.serverCertificate;
}

async function checkOwn({ file, tunnel }: ServerConfig, findings: Findings): Promise<string> {
  const owners = trustedOwners(file);
  const found = await checkOne(tunnel.certificate, "tunnel.certificate", findings, owners);
  await findings.attempt("key-unusable", "tunnel.key", async () => {
    if (found === undefined) readPem(tunnel.key, "key", owners);
    else await readKey(tunnel.key, found, owners);
  });
  return found === undefined ? "" : describeCertificate(found);
}

async function checkPins({ file, tunnel }: ClientConfig, findings: Findings): Promise<string> {
  const owners = trustedOwners(file);
  const key = "tunnel.server_certificate";
  const pins: Certificate[] = [];
  for (const path of tunnel.serverCertificate) {
    const found = await checkOne(path, key, findings, owners);
    if (found === undefined) continue;
    const same = pins.find(({ fingerprint }) => fingerprint.toHex() === found.fingerprint.toHex());
    if (same !== undefined) {
      findings.add("warning", "pin-twice", key, {
        words: `"${same.path}" and "${path}" hold the same certificate`,
        remedy: "copy the server's new certificate to one of them, or remove one",
      });
    }
    await noteOwnKey(found, key, findings, owners);
    pins.push(found);
  }
  return pins.map(describeCertificate).join("; ");
}

async function checkOne(
  path: string,
  key: string,
  findings: Findings,
  owners: Owners,
): Promise<Certificate | undefined> {
  const found = await findings.attempt(
    "certificate-unusable",
    key,
    () => readCertificate(path, owners),
  );
  const fault = found && dateFault(found, Date.now());
  if (fault !== undefined) findings.add("warning", fault.code, key, fault);
  return found;
}

/** Reports a pinned certificate whose private key is on this machine: in its file, or beside it. */
async function noteOwnKey(
  pin: Certificate,
  key: string,
  findings: Findings,
  owners: Owners,
): Promise<void> {
  const isOwn = (path: string) => readKey(path, pin, owners).then(() => true, () => false);
  if (await isOwn(pin.path)) {
    return findings.add("warning", "pin-is-own", key, {
      words:
        `"${pin.path}" has the private key of the pinned certificate too, so whoever reads this file can pose as the server`,
      remedy: "remove the key from it, and give the server another certificate if others had it",
    });
  }
  const beside = join(dirname(pin.path), `${basename(pin.path, extname(pin.path))}.key`);
  if (!await isOwn(beside)) return;
  findings.add("note", "pin-is-own", key, {
    words: `The private key of "${pin.path}" is on this machine too, as "${beside}"`,
    remedy: "unless the server runs here, copy server.crt from the server instead",
  });
}

/** Describes a certificate: names, expiry and SHA-256. */
export function describeCertificate({ path, names, validTo, fingerprint }: Certificate): string {
  const until = Number.isNaN(validTo)
    ? ""
    : `, valid until ${new Date(validTo).toISOString().slice(0, 10)}`;
  return `"${path}" is for ${names}${until}, SHA-256 ${fingerprint.toHex()}`;
}
