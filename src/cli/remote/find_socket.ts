import { parse } from "@std/toml";
import { dirname, join, resolve } from "node:path";
import * as v from "valibot";
import { adminSchema } from "../../config/admin_schema.ts";
import { adminSocket, RUN_FOLDER } from "../../config/admin_socket.ts";
import { ConfigError } from "../../config/config_error.ts";
import { DEFAULT_CONFIG } from "../../config/default_config.ts";
import { loadConfig } from "../../config/load.ts";
import { camelKeys } from "../../config/table.ts";
import type { Config } from "../../config/types.ts";
import { type Arguments, UsageError } from "../arguments.ts";
import { CommandError } from "../exit_codes.ts";
import { wantedConfig } from "./wanted_config.ts";

/** Only the daemon has its credentials, and no socket is one. */
const ANY_CREDENTIALS = "/run/credentials";
/** Suffix of a daemon's read-only socket; the full one is `NAME.sock`. */
const READ_SOCKET = ".read.sock";

/** Where daemons are looked for that no option names. */
export interface SocketPlaces {
  /** Directory of admin sockets. */
  folder: string;
  /** The default configuration. */
  standard: string;
}

/**
 * Returns the admin socket that `--socket` selects, or that of the configuration that is named by
 * `--config` or PPPOE_PROXY_CONFIG, or that of the default configuration; on a machine without it,
 * the only one in the socket directory. Throws UsageError if there are several, CommandError
 * "unreachable" if there is none.
 */
export async function findSocket(
  args: Pick<Arguments, "values">,
  { folder, standard }: SocketPlaces = { folder: RUN_FOLDER, standard: DEFAULT_CONFIG },
): Promise<string> {
  const config = await wantedConfig(args, standard);
  if (config !== undefined) return await configuredSocket(config);
  return args.values.get("socket") ?? await onlySocket(folder);
}

async function configuredSocket(file: string): Promise<string> {
  const part = await adminPart(file);
  const socket = adminSocket(part, Deno.env.get("RUNTIME_DIRECTORY"))?.path;
  const { readSocket } = part.admin;
  // A user without access to the full socket may have access to the read-only one.
  const isClosed = socket === undefined || await listening(socket) === "denied";
  if (readSocket !== undefined && isClosed) return readSocket;
  if (socket !== undefined) return socket;
  throw new CommandError(
    "unreachable",
    `Cannot reach the daemon of "${file}": admin.socket is "", which disables the admin API; set admin.socket`,
  );
}

/**
 * Reads only the part of a configuration that is needed here, so that errors elsewhere do not
 * matter: the daemon may have started with an earlier version of the file. Throws ConfigError for
 * this part.
 */
async function adminPart(path: string): Promise<Pick<Config, "file" | "admin">> {
  const file = resolve(path);
  try {
    return await loadConfig(file);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const base = { folder: dirname(file), credentials: ANY_CREDENTIALS };
    const parsed = await Deno.readTextFile(file).then(parse).catch(() => undefined);
    const admin = v.safeParse(adminSchema(base), camelKeys(parsed?.admin ?? {}));
    if (parsed === undefined || !admin.success) throw error;
    return { file, admin: admin.output };
  }
}

async function onlySocket(folder: string): Promise<string> {
  const [only, ...more] = await socketsIn(folder);
  if (only !== undefined && more.length === 0) return only;
  if (only === undefined) {
    throw new CommandError(
      "unreachable",
      `Cannot find a daemon: none is listening in "${folder}"; start it, or pass --socket PATH or --config FILE`,
    );
  }
  throw new UsageError(
    `Several daemons are running; choose one with --socket: ${[only, ...more].join(", ")}`,
  );
}

/**
 * One socket of each daemon: the full one, or the read-only one if access to the full one is
 * denied.
 */
async function socketsIn(folder: string): Promise<string[]> {
  const live = new Map<string, "yes" | "denied">();
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory || !name.endsWith(".sock")) continue;
      const state = await listening(join(folder, name));
      if (state !== "no") live.set(name, state);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const other = (name: string): string =>
    name.endsWith(READ_SOCKET)
      ? name.slice(0, -READ_SOCKET.length) + ".sock"
      : name.slice(0, -".sock".length) + READ_SOCKET;
  return [...live.keys()].filter((name) => {
    const isForReading = name.endsWith(READ_SOCKET);
    const full = live.get(isForReading ? other(name) : name);
    const reading = live.get(isForReading ? name : other(name));
    return isForReading ? full !== "yes" : full === "yes" || reading !== "yes";
  }).map((name) => join(folder, name)).sort();
}

/** Whether a daemon is listening on a socket; a crashed daemon leaves its socket file behind. */
export async function isListening(path: string): Promise<boolean> {
  return await listening(path) !== "no";
}

/** Whether a daemon is listening; "denied" if permissions hide that. */
async function listening(path: string): Promise<"yes" | "denied" | "no"> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return "yes";
  } catch (error) {
    return error instanceof Deno.errors.PermissionDenied ? "denied" : "no";
  }
}
