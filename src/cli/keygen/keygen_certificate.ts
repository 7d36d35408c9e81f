import { isIP } from "node:net";
import { join } from "node:path";
import { isDnsName } from "../../config/host_names.ts";
import { readPin } from "../../config/files/certificate.ts";
import { UsageError } from "../arguments.ts";
import { CERTIFICATE_DAYS } from "./new_secret.ts";
import { writeNewFile } from "./new_file.ts";
import { printLine } from "../terminal/output.ts";

const MAX_DAYS = 36_500;

/**
 * Writes `server.crt` and `server.key`. Throws UsageError for an invalid option, Error if one of
 * the files exists or cannot be written; then neither is written.
 */
export async function keygenCertificate(values: ReadonlyMap<string, string>): Promise<number> {
  const name = readName(values.get("name"));
  const days = readDays(values.get("days") ?? String(CERTIFICATE_DAYS));
  const folder = values.get("out-dir") ?? ".";
  const [certificateFile, keyFile] = [join(folder, "server.crt"), join(folder, "server.key")];
  const { makeSelfSigned } = await import("./self_signed.ts");
  const { certificate, key, validUntil } = await makeSelfSigned(name, days, new Date());
  await writeNewFile(keyFile, key, 0o600);
  try {
    await writeNewFile(certificateFile, certificate, 0o644);
  } catch (error) {
    await Deno.remove(keyFile);
    throw error;
  }
  const pin = (await readPin(certificate)).toHex();
  await printLine([
    `Wrote "${certificateFile}" and "${keyFile}" for ${name}, valid until ${day(validUntil)}.`,
    `SHA-256 of the certificate: ${pin}`,
    `On the server, set under [tunnel]: certificate = "server.crt" and key = "server.key". Keep the key there.`,
    `Copy server.crt to every client and set there, under [tunnel]: server_certificate = "server.crt"`,
  ].join("\n"));
  return 0;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function readName(name: string | undefined): string {
  if (name === undefined) throw new UsageError('Option "--name NAME" is missing');
  if (isDnsName(name) || isIP(name) !== 0) return name;
  throw new UsageError(`Cannot use "${name}": it is neither a DNS name nor an IP address`);
}

function readDays(text: string): number {
  const days = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= MAX_DAYS) return days;
  throw new UsageError(`Cannot use "${text}" as days: use a whole number from 1 to ${MAX_DAYS}`);
}
