/** What the files hold that a configuration names: certificates, keys, secrets. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { blaming } from "./blame.ts";
import { checkCaptureFolder } from "./capture_folder.ts";
import { readPin } from "./certificate.ts";
import type { Change } from "./diff.ts";
import { readSecret } from "./secrets.ts";
import type { ClientConfig, ServerConfig } from "./types.ts";

/** A server's files. */
export interface ServerFiles {
  /** PEM. */
  certificate: string;
  /** PEM. */
  key: string;
  /** SHA-256 of the certificate. */
  fingerprint: Uint8Array;
  /** By client name. */
  secrets: ReadonlyMap<string, Uint8Array>;
}

/** A client's files. */
export interface ClientFiles {
  secret: Uint8Array;
  /** The pinned certificate or the authorities', PEM; empty for the system's. */
  trusted: string;
  /** SHA-256 of the pinned certificate. */
  pin: Uint8Array | undefined;
}

/** Reads a server's files. Throws ConfigError, also for a key that is not the certificate's. */
export async function readServerFiles(
  { file, tunnel, clients, capture }: ServerConfig,
): Promise<ServerFiles> {
  const read = <T>(path: string, how: () => T | Promise<T>) => blaming(file, path, how);
  await read("capture.directory", () => checkCaptureFolder(capture.directory));
  const certificate = await read("tunnel.certificate", () => readPem(tunnel.certificate));
  const fingerprint = await read("tunnel.certificate", () => readPin(certificate));
  const key = await read("tunnel.key", () => readPem(tunnel.key));
  await read("tunnel.key", () => checkPair(certificate, key, tunnel));
  const secrets = new Map<string, Uint8Array>();
  for (const [index, { name, secretFile }] of clients.entries()) {
    secrets.set(name, await read(`clients[${index}].secret_file`, () => readSecret(secretFile)));
  }
  return { certificate, key, fingerprint, secrets };
}

/** Reads a client's files. Throws ConfigError. */
export async function readClientFiles(
  { file, tunnel, capture }: ClientConfig,
): Promise<ClientFiles> {
  const read = <T>(path: string, how: () => T | Promise<T>) => blaming(file, path, how);
  await read("capture.directory", () => checkCaptureFolder(capture.directory));
  const secret = await read("tunnel.secret_file", () => readSecret(tunnel.secretFile));
  const { serverCertificate, serverCa } = tunnel;
  if (serverCertificate !== undefined) {
    const trusted = await read("tunnel.server_certificate", () => readPem(serverCertificate));
    const pin = await read("tunnel.server_certificate", () => readPin(trusted));
    return { secret, trusted, pin };
  }
  const trusted = serverCa === undefined || serverCa === "system"
    ? ""
    : await read("tunnel.server_ca", () => readPem(serverCa));
  return { secret, trusted, pin: undefined };
}

/** Throws an Error for a certificate (PEM) that nobody would accept at this time. */
export function checkDates(certificate: string, now: number): void {
  const { validFrom, validTo } = new X509Certificate(certificate);
  if (now < Date.parse(validFrom)) {
    throw new Error(`Cannot use the certificate: it is valid from ${validFrom} only`);
  }
  if (now > Date.parse(validTo)) {
    throw new Error(`Cannot use the certificate: it was valid until ${validTo}`);
  }
}

/** Files of a server whose content differs, as changes of the settings that name them. */
export function compareServerFiles(inUse: ServerFiles, next: ServerFiles): Change[] {
  const changed = [...next.secrets].filter(([name, secret]) => {
    const before = inUse.secrets.get(name);
    return before !== undefined && !sameBytes(before, secret);
  });
  return [
    ...contentOf("tunnel.certificate", inUse.certificate !== next.certificate),
    ...contentOf("tunnel.key", inUse.key !== next.key),
    ...changed.flatMap(([name]) => contentOf(`clients.${JSON.stringify(name)}.secret_file`, true)),
  ];
}

/** Files of a client whose content differs. */
export function compareClientFiles(inUse: ClientFiles, next: ClientFiles): Change[] {
  const trusted = next.pin === undefined ? "tunnel.server_ca" : "tunnel.server_certificate";
  return [
    ...contentOf("tunnel.secret_file", !sameBytes(inUse.secret, next.secret)),
    ...contentOf(trusted, inUse.trusted !== next.trusted),
  ];
}

function contentOf(key: string, differs: boolean): Change[] {
  return differs ? [{ key, change: "content" }] : [];
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

async function readPem(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : error instanceof Deno.errors.PermissionDenied
      ? "it must not be read"
      : String(error);
    throw new Error(`Cannot read "${path}": ${why}`);
  }
}

function checkPair(certificate: string, key: string, paths: { certificate: string; key: string }) {
  const refuse = (what: string) => new Error(`Cannot use the key "${paths.key}": ${what}`);
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(certificate);
  } catch {
    throw new Error(`Cannot use the certificate "${paths.certificate}": it is damaged`);
  }
  let own: ReturnType<typeof createPrivateKey>;
  try {
    own = createPrivateKey(key);
  } catch {
    throw refuse("it is no private key in PEM");
  }
  if (!parsed.checkPrivateKey(own)) throw refuse(`it is not of "${paths.certificate}"`);
}
