import { resolve } from "node:path";
import type * as v from "valibot";
import { Status } from "../../admin/api/response_schema.ts";
import { AdminClient, type AdminRequest } from "./admin_client.ts";
import type { Arguments } from "../arguments.ts";
import { CommandError } from "../exit_codes.ts";
import { findSocket } from "./find_socket.ts";
import { wantedConfig } from "./wanted_config.ts";

/**
 * Returns a client of the daemon that the arguments select. Throws CommandError, also if the daemon
 * runs a configuration other than the wanted one: files of the same name share a default socket.
 */
export async function openDaemon(args: Pick<Arguments, "values">): Promise<AdminClient> {
  const client = new AdminClient(await findSocket(args));
  const config = await wantedConfig(args);
  if (config === undefined) return client;
  try {
    const { config_file: running } = await client.json({ path: "/api/v1/status" }, Status);
    if (await isSameFile(running, config)) return client;
    throw new CommandError(
      "unreachable",
      `The daemon at "${client.socket}" runs "${running}", not "${
        resolve(config)
      }"; no request was sent. Start the daemon of that configuration; if both are to run, ` +
        'give each its own "socket" under [admin]',
    );
  } catch (error) {
    client[Symbol.dispose]();
    throw error;
  }
}

/** Sends one request to the daemon that the arguments select; throws CommandError, UsageError. */
export async function askDaemon<T>(
  args: Arguments,
  request: AdminRequest,
  schema: v.GenericSchema<unknown, T>,
): Promise<T> {
  using client = await openDaemon(args);
  return await client.json(request, schema);
}

/** Whether two paths lead to the same file, also by symbolic or hard links or a bind mount. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map(identityOf));
  return a === b;
}

/** A text that only the same file has: device and inode, or its path if there is no such file. */
async function identityOf(path: string): Promise<string> {
  try {
    const { dev, ino } = await Deno.stat(path);
    return `${dev}:${ino}`;
  } catch {
    return resolve(path);
  }
}
