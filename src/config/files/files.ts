/** Content of the files that a configuration names: certificates, keys and secrets. */
import { timingSafeEqual } from "node:crypto";
import { makeTlsIdentity } from "../../tunnel/tls/tls_identity.ts";
import { Refusal } from "../finding.ts";
import { withConfigKey } from "../with_config_key.ts";
import { type Certificate, readCertificate, readPem } from "./certificate.ts";
import type { Change } from "../diff.ts";
import { checkNotPublic, type Owners, trustedOwners } from "./file_rules.ts";
import { checkCaptureDirectory, checkStateDirectory } from "./places.ts";
import { privateKeyIn } from "./pem_blocks.ts";
import { readClientSecret, readSecrets } from "./secrets.ts";
import type { ClientConfig, Config, ServerConfig } from "../types.ts";

/** Content of a server's files. */
export interface ServerFiles {
  certificate: Certificate;
  /** Private key in PEM. */
  key: string;
  /** Secrets of 32 bytes by client name; any of them is accepted. */
  secrets: ReadonlyMap<string, readonly Uint8Array[]>;
}

/** Content of a client's files. */
export interface ClientFiles {
  /** 32 bytes. */
  secret: Uint8Array;
  /** Accepted server certificates. */
  pins: readonly Certificate[];
}

/** Reads a server's files. Throws ConfigError, also if the key does not match the certificate. */
export async function readServerFiles(config: ServerConfig): Promise<ServerFiles> {
  const { file, tunnel, clients } = config;
  const read = <T>(path: string, how: () => T | Promise<T>) => withConfigKey(file, path, how);
  const owners = trustedOwners(file);
  await checkPlaces(config, owners);
  const certificate = await read(
    "tunnel.certificate",
    () => readCertificate(tunnel.certificate, owners),
  );
  const key = await read("tunnel.key", () => readKey(tunnel.key, certificate, owners));
  const secrets = new Map<string, Uint8Array[]>();
  for (const [index, { name, secretFile }] of clients.entries()) {
    const all = () => readSecrets(secretFile, owners);
    secrets.set(name, await read(`clients[${index}].secret_file`, all));
  }
  return { certificate, key, secrets };
}

/** Reads a client's files. Throws ConfigError. */
export async function readClientFiles(config: ClientConfig): Promise<ClientFiles> {
  const { file, tunnel } = config;
  const read = <T>(path: string, how: () => T | Promise<T>) => withConfigKey(file, path, how);
  const owners = trustedOwners(file);
  await checkPlaces(config, owners);
  const secret = await read(
    "tunnel.secret_file",
    () => readClientSecret(tunnel.secretFile, owners),
  );
  const pins = await read(
    "tunnel.server_certificate",
    () => readPins(tunnel.serverCertificate, owners),
  );
  return { secret, pins };
}

async function checkPlaces({ file, stateDir, capture }: Config, owners: Owners): Promise<void> {
  await withConfigKey(file, "", () => checkNotPublic(file, "the configuration"));
  await withConfigKey(file, "state_dir", () => checkStateDirectory(stateDir, owners));
  await withConfigKey(
    file,
    "capture.directory",
    () => checkCaptureDirectory(capture.directory, owners),
  );
}

/** Reads the certificates that a client accepts. Throws an Error as `readCertificate` does. */
async function readPins(
  paths: readonly string[],
  owners: Owners = trustedOwners(),
): Promise<Certificate[]> {
  const pins: Certificate[] = [];
  for (const path of paths) pins.push(await readCertificate(path, owners));
  return pins;
}

/**
 * Reads a certificate's private key in PEM; the file may have certificates too. Throws an Error if
 * the two do not match.
 */
// deno-lint-ignore require-await -- turns exceptions into rejections
export async function readKey(
  path: string,
  { pem }: Certificate,
  owners: Owners = trustedOwners(),
): Promise<string> {
  const text = readPem(path, "key", owners);
  const key = privateKeyIn(text) ?? text;
  try {
    makeTlsIdentity(pem, key);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const remedy = "use the key and the certificate of one `pppoe-proxy keygen certificate`";
    throw new Refusal("key-unusable", `Cannot use the key "${path}": ${why}`, remedy, { cause });
  }
  return key;
}

/** Returns the settings of a server whose files have different content. */
export function compareServerFiles(inUse: ServerFiles, next: ServerFiles): Change[] {
  const changed = [...next.secrets].filter(([name, secret]) => {
    const before = inUse.secrets.get(name);
    return before !== undefined && !sameSecrets(before, secret);
  });
  return [
    ...contentOf("tunnel.certificate", inUse.certificate.pem !== next.certificate.pem),
    ...contentOf("tunnel.key", inUse.key !== next.key),
    ...changed.flatMap(([name]) => contentOf(`clients.${JSON.stringify(name)}.secret_file`, true)),
  ];
}

/** Returns the settings of a client whose files have different content. */
export function compareClientFiles(inUse: ClientFiles, next: ClientFiles): Change[] {
  const pinned = ({ pins }: ClientFiles): string => pins.map(({ pem }) => pem).join("");
  return [
    ...contentOf("tunnel.secret_file", !sameSecrets([inUse.secret], [next.secret])),
    ...contentOf("tunnel.server_certificate", pinned(inUse) !== pinned(next)),
  ];
}

function contentOf(key: string, differs: boolean): Change[] {
  return differs ? [{ key, change: "content" }] : [];
}

function sameSecrets(one: readonly Uint8Array[], other: readonly Uint8Array[]): boolean {
  return one.length === other.length && one.every((secret, i) => timingSafeEqual(secret, other[i]));
}
