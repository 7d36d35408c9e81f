import type { Config } from "../../config/types.ts";
import { SPARE_FILES } from "../../tunnel/tls/tls_incoming.ts";

/** Approximate number of files that a server has open without any connection. */
const OWN_FILES = 40;

/**
 * Checks the limit of open files against the configuration. Throws an Error if unauthenticated
 * connections could exhaust it; returns a warning if all clients together could, otherwise
 * undefined.
 */
export function openFilesWarning(config: Config, limit: number): string | undefined {
  if (config.mode === "client") return undefined;
  const { unauthenticated } = config.tunnel.admission;
  const needed = OWN_FILES + SPARE_FILES + unauthenticated + 1;
  if (limit < needed) {
    throw new Error(
      `Cannot start: this process may open ${limit} files but needs ${needed} for one client; raise the limit (ulimit -n, or LimitNOFILE= in the unit) or lower "tunnel.admission.unauthenticated", which is ${unauthenticated}`,
    );
  }
  const wanted = needed - 1 + config.clients.length;
  return limit < wanted
    ? `This process may open ${limit} files but needs ${wanted} for all clients at once; raise the limit (ulimit -n, or LimitNOFILE= in the unit)`
    : undefined;
}
