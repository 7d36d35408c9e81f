import { runChecks } from "../../checks/examine.ts";
import { ConfigError } from "../../config/config_error.ts";
import { loadConfig } from "../../config/load.ts";
import { printable } from "../../printable.ts";
import type { Config } from "../../config/types.ts";
import type { FindingCode } from "../../messages/findings.ts";
import type { Arguments } from "../arguments.ts";
import { chosenConfig } from "../config_option.ts";
import { EXIT_CODES, exitCodeFor } from "../exit_codes.ts";
import { readTimeout } from "../read_timeout.ts";
import { checkCustomers } from "./doctor_customers.ts";
import { askForDaemon, factsOf } from "./doctor_daemon.ts";
import { checkClientTunnel, checkServerWire } from "./doctor_tunnel.ts";
import { type DoctorCheck, linesOf, type Verdict } from "./doctor_check.ts";
import { printLine } from "../terminal/output.ts";
import { stdoutPaint, type Style } from "../terminal/style.ts";

const DEFAULT_TIMEOUT = "5s";
const VERDICT_WIDTH = "warning".length;
const NAME_WIDTH = "access concentrator".length;
const COLOURS: Readonly<Record<Verdict, Style>> = { ok: "green", warning: "yellow", failed: "red" };

/** Findings after which no frame can be sent on the interface, so that no AC can answer. */
const NO_FRAMES: ReadonlySet<FindingCode> = new Set([
  "interface-down",
  "interface-missing",
  "interface-unusable",
  "not-permitted",
]);

/**
 * `doctor`: prints a line for each check. Exit code 78 if the configuration or its
 * files are refused, 1 if another check failed.
 */
export async function doctorCommand(args: Arguments): Promise<number> {
  const { values, switches } = args;
  const timeout = readTimeout(values.get("timeout") ?? DEFAULT_TIMEOUT);
  const checks: DoctorCheck[] = [];
  for await (const check of allChecks(chosenConfig(args), timeout)) {
    checks.push(check);
    if (!switches.has("json")) await printLine(show(check));
  }
  const failed = checks.filter(({ verdict }) => verdict === "failed");
  const ok = failed.length === 0;
  if (switches.has("json")) await printLine(JSON.stringify({ schema: 1, ok, checks }));
  const code = exitCodeFor(failed.flatMap(({ finding }) => finding ?? []));
  return ok ? 0 : code || EXIT_CODES.failed[0];
}

function show({ name, verdict, text }: DoctorCheck): string {
  const paint = stdoutPaint();
  const word = paint(COLOURS[verdict], verdict.padEnd(VERDICT_WIDTH));
  return `${word}  ${name.padEnd(NAME_WIDTH)}  ${printable(text)}`;
}

/** Runs all checks of a configuration file, each after those that it depends on. */
export async function* allChecks(file: string, timeout: number): AsyncGenerator<DoctorCheck> {
  const name = "configuration";
  let config: Config;
  try {
    config = await loadConfig(file);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    yield* linesOf({ name, findings: error.findings, text: "" });
    return;
  }
  yield { name, verdict: "ok", text: `"${config.file}" is valid, mode "${config.mode}"` };
  const { daemon, examined } = await askForDaemon(config);
  yield* examined;
  let isUsable = true;
  for await (const result of runChecks({ config, daemon: factsOf(daemon) })) {
    isUsable &&= !result.findings.some(({ code }) => NO_FRAMES.has(code));
    yield* linesOf(result);
  }
  if (typeof daemon === "object") yield* await checkCustomers(config);
  if (config.mode === "client") yield* checkClientTunnel(config, daemon, timeout);
  else if (isUsable) yield* checkServerWire(config, timeout);
}
