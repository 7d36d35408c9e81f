import { basename, extname, join } from "node:path";
import type { Config } from "./types.ts";

/** Default directory of admin sockets. */
export const RUN_FOLDER = "/run/pppoe-proxy";

/**
 * Returns the Unix socket of a configuration's admin API, by default `/run/pppoe-proxy/server.sock`
 * for `server.toml`; undefined if it is disabled. `runtimeDirectory` is systemd's RUNTIME_DIRECTORY
 * (systemd.exec(5)), which replaces /run/pppoe-proxy.
 */
export function adminSocket(
  { file, admin }: Pick<Config, "file" | "admin">,
  runtimeDirectory: string | undefined,
): { path: string; isDefault: boolean } | undefined {
  if (admin.socket === "") return undefined;
  if (admin.socket !== undefined) return { path: admin.socket, isDefault: false };
  const folder = runtimeDirectory?.split(":")[0] || RUN_FOLDER;
  return { path: join(folder, `${basename(file, extname(file))}.sock`), isDefault: true };
}
