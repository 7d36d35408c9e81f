import { basename, extname, join } from "node:path";
import type { Config } from "./types.ts";

/** Where daemons have their sockets, unless the configuration or systemd says otherwise. */
export const RUN_FOLDER = "/run/pppoe-proxy";

/**
 * The Unix socket of a configuration's admin API: `/run/pppoe-proxy/server.sock` for `server.toml`;
 * undefined where it is off. `runtimeDirectory` is what systemd's RUNTIME_DIRECTORY says
 * (systemd.exec(5)), and stands for /run/pppoe-proxy.
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
