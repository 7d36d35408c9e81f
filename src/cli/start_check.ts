import { examine } from "../checks/examine.ts";
import { logFindings } from "../checks/log_findings.ts";
import { formatFinding } from "../config/finding.ts";
import type { Config } from "../config/types.ts";
import { logger } from "../log.ts";
import { exitCodeFor } from "./exit_codes.ts";
import { printError } from "./terminal/output.ts";

/**
 * Examines what a daemon needs before it starts: logs warnings, and prints errors. Returns the exit
 * code, 0 if the daemon may start.
 */
export async function checkStart(config: Config): Promise<number> {
  const findings = await examine({ config, daemon: { pid: undefined, mayRun: false } });
  const errors = findings.filter(({ severity }) => severity === "error");
  logFindings(logger("main"), findings.filter(({ severity }) => severity !== "error"));
  for (const error of errors) await printError(formatFinding(error));
  return exitCodeFor(errors);
}
