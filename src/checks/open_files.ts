import { raiseOpenFileLimit } from "../../ffi/file/open_files.ts";
import type { Config } from "../config/types.ts";
import { SPARE_FILES } from "../tunnel/tls/tls_incoming.ts";
import type { Check } from "./check.ts";
import type { Findings } from "./findings.ts";

/** Approximate number of files that a server has open without any connection. */
const OWN_FILES = 40;
const RAISE = "raise the limit (ulimit -n, or LimitNOFILE= in the unit)";

/** Checks that a server may open as many files as its clients need. */
export const OPEN_FILES: Check = {
  name: "open files",
  look({ config }, findings) {
    return checkOpenFiles(config, raiseOpenFileLimit(), findings);
  },
};

/** Compares `limit` files with what the configuration needs. */
export function checkOpenFiles(config: Config, limit: number, findings: Findings): string {
  if (config.mode === "client") return "";
  const { unauthenticated } = config.tunnel.admission;
  const needed = OWN_FILES + SPARE_FILES + unauthenticated + 1;
  if (limit < needed) {
    findings.add("error", "open-files-low", "tunnel.admission.unauthenticated", {
      words: `This process may open ${limit} files but needs ${needed} for one client`,
      remedy: `${RAISE} or lower "tunnel.admission.unauthenticated", which is ${unauthenticated}`,
    });
    return "";
  }
  const wanted = needed - 1 + config.clients.length;
  if (limit < wanted) {
    const words =
      `This process may open ${limit} files but needs ${wanted} for all clients at once`;
    findings.add("warning", "open-files-low", "", { words, remedy: RAISE });
  }
  return `may open ${limit}, enough for all clients`;
}
