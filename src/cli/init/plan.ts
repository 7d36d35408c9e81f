/** What `init` writes: pure, so that it is known before anything is written. */
import { basename, dirname, extname, join } from "node:path";
import { ConfigError } from "../../config/config_error.ts";
import { DEFAULT_CONFIG } from "../../config/default_config.ts";
import { sentence } from "../../config/finding.ts";
import { parseConfig } from "../../config/load.ts";
import type { Address } from "../../config/types.ts";
import type { NewFile } from "../keygen/new_file.ts";
import type { SelfSigned } from "../keygen/self_signed.ts";
import { type Bundle, formatBundle } from "./bundle.ts";
import {
  type ClientAnswers,
  clientToml,
  type ServerAnswers,
  serverToml,
} from "./configurations.ts";

/** Directory that the units keep sessions in. */
const STATE = "/var/lib/pppoe-proxy";
const PRIVATE = 0o600;
const PUBLIC = 0o644;

/** A file of one end. */
export interface PlannedFile extends NewFile {
  /** Whether nobody but the daemon may read it, so that it has to belong to its user. */
  isForDaemon: boolean;
}

/** Where the daemon of a configuration keeps sessions by default. */
export function stateDirFor(config: string): string {
  const name = basename(config, extname(config));
  if (config === DEFAULT_CONFIG) return STATE;
  return dirname(config) === dirname(DEFAULT_CONFIG) ? join(STATE, name) : `${name}.state`;
}

/** Where a server listens that clients reach at an address, which may be that of a NAT. */
export function listenFor({ host, port }: Address): Address {
  return { host: host.includes(":") ? "::" : "0.0.0.0", port };
}

/** The files of a server, and those of its first client. */
export function planServer(
  config: string,
  answers: ServerAnswers,
  { connect, secret, identity }: { connect: Address; secret: string; identity: SelfSigned },
): PlannedFile[] {
  const folder = dirname(config);
  const { name } = answers;
  const bundle: Bundle = {
    name,
    connect: [connect],
    transport: "tls",
    secret,
    certificate: identity.certificate,
  };
  return [
    own(config, valid(config, serverToml(answers)), PUBLIC),
    own(join(folder, "server.crt"), identity.certificate, PUBLIC),
    own(join(folder, "server.key"), identity.key, PRIVATE),
    ...planSecret(folder, bundle),
  ];
}

/** A client's secret for its server, and its bundle. */
export function planSecret(folder: string, bundle: Bundle): PlannedFile[] {
  const { name, secret } = bundle;
  const carried = {
    path: join(folder, `${name}.bundle`),
    text: formatBundle(bundle),
    mode: PRIVATE,
  };
  return [
    own(join(folder, `${name}.secret`), `${secret}\n`, PRIVATE),
    { ...carried, isForDaemon: false },
  ];
}

/** The files of a client. */
export function planClient(config: string, answers: ClientAnswers, bundle: Bundle): PlannedFile[] {
  const folder = dirname(config);
  return [
    own(config, valid(config, clientToml(answers)), PUBLIC),
    own(join(folder, "server.crt"), bundle.certificate, PUBLIC),
    own(join(folder, `${bundle.name}.secret`), `${bundle.secret}\n`, PRIVATE),
  ];
}

function own(path: string, text: string, mode: number): PlannedFile {
  return { path, text, mode, isForDaemon: mode === PRIVATE };
}

/** Returns a configuration's text if it is valid. Throws an Error that names the wrong answers. */
export function valid(config: string, text: string): string {
  try {
    parseConfig(text, config);
    return text;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const reasons = error.issues.map((issue) => `${issue.path}: ${sentence(issue)}`);
    throw new Error(`Cannot write "${config}": ${reasons.join("; ")}`);
  }
}
