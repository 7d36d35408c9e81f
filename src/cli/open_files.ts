import type { Config } from "../config/types.ts";
import { SPARE_FILES } from "../tunnel/tls_incoming.ts";

/** Files that a server has open without any connection, about. */
const OWN_FILES = 40;

/**
 * Throws an Error where strangers could take all files that this process may open; what is to be said
 * where all clients together could, or undefined.
 */
export function openFilesWarning(config: Config, limit: number): string | undefined {
  if (config.mode === "client") return undefined;
  const { unauthenticated } = config.tunnel.admission;
  const needed = OWN_FILES + SPARE_FILES + unauthenticated + 1;
  if (limit < needed) {
    throw new Error(
      `Cannot start: this process may open ${limit} files and needs ${needed} for one client; raise the limit (ulimit -n, or LimitNOFILE= of the unit) or lower "tunnel.admission.unauthenticated", which is ${unauthenticated}`,
    );
  }
  const wanted = needed - 1 + config.clients.length;
  return limit < wanted
    ? `This process may open ${limit} files and needs ${wanted} for all clients at once; raise the limit (ulimit -n, or LimitNOFILE= of the unit)`
    : undefined;
}
