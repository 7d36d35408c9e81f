/** Why a daemon that cannot be reached does not run. */
import { ConfigError } from "../../config/config_error.ts";
import { type Finding, formatFinding } from "../../config/finding.ts";
import { loadConfig } from "../../config/load.ts";
import type { Arguments } from "../arguments.ts";
import { CommandError } from "../exit_codes.ts";
import { UnreachableError } from "./admin_client.ts";
import { wantedConfig } from "./wanted_config.ts";

/**
 * Adds to the error of an absent daemon why it would not start now, if the configuration is known:
 * what `run` examines before it starts. A daemon that is closed to this user or hangs is not absent:
 * its port in use would be no reason. Throws the error, with the same exit code.
 */
export async function explainAbsence(
  error: unknown,
  args: Pick<Arguments, "values">,
): Promise<never> {
  const file = await wantedConfig(args);
  if (file === undefined || !isOfAbsence(error)) throw error;
  const reasons = await obstacles(file);
  if (reasons.length === 0) throw error;
  const words = [error.message, "It would not start now:", ...reasons.map(formatFinding)];
  throw new CommandError("unreachable", words.join("\n  "), { cause: error });
}

function isOfAbsence(error: unknown): error is CommandError {
  if (error instanceof UnreachableError) return error.isAbsent;
  return error instanceof CommandError && error.exit === "unreachable";
}

/** What keeps a daemon with this configuration from starting. */
async function obstacles(file: string): Promise<readonly Finding[]> {
  try {
    const config = await loadConfig(file);
    const { examine } = await import("../../checks/examine.ts");
    const findings = await examine({ config, daemon: { pid: undefined, mayRun: false } });
    return findings.filter(({ severity }) => severity === "error");
  } catch (error) {
    if (error instanceof ConfigError) return error.findings;
    throw error;
  }
}
