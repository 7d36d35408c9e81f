/** The examinations that `check`, `doctor`, `run` and `reload` have in common. */
import type { Finding } from "../config/finding.ts";
import { CERTIFICATES } from "./certificate_checks.ts";
import type { Check, CheckContext } from "./check.ts";
import { CLOCK } from "./clock_check.ts";
import { DISCOVERY_SOCKETS } from "./discovery_sockets.ts";
import { Findings } from "./findings.ts";
import { CAPABILITIES, INTERFACE, MTU, OFFLOADS } from "./interface_checks.ts";
import { CONGESTION_CONTROL, UDP_BUFFER } from "./kernel_checks.ts";
import { LISTENING } from "./listen_check.ts";
import { MAC_ADDRESS } from "./mac_check.ts";
import { OPEN_FILES } from "./open_files.ts";
import { DIRECTORIES } from "./place_check.ts";
import { ROUTE } from "./route_check.ts";
import { SECRETS } from "./secret_check.ts";

/** All checks, in the order in which they are shown. */
const CHECKS: readonly Check[] = [
  INTERFACE,
  CAPABILITIES,
  MTU,
  OFFLOADS,
  MAC_ADDRESS,
  DISCOVERY_SOCKETS,
  CLOCK,
  CERTIFICATES,
  SECRETS,
  DIRECTORIES,
  OPEN_FILES,
  LISTENING,
  ROUTE,
  UDP_BUFFER,
  CONGESTION_CONTROL,
];

/** What one check found. */
export interface CheckResult {
  name: string;
  findings: readonly Finding[];
  /** What to say if nothing was found; "" for nothing. */
  text: string;
}

/** Runs all checks, one after the other. A check that fails itself is a finding too. */
export async function* runChecks(context: CheckContext): AsyncGenerator<CheckResult> {
  for (const check of CHECKS) yield await runCheck(check, context);
}

/** Runs one check. One that fails itself, such as in a sandbox, stops no daemon: it warns. */
export async function runCheck({ name, look }: Check, context: CheckContext): Promise<CheckResult> {
  const findings = new Findings(context.config.file);
  const run = () => look(context, findings);
  const text = await findings.attempt("check-failed", "", run, "warning");
  return { name, findings: findings.all, text: text ?? "" };
}

/** Everything that the checks find, in their order. */
export async function examine(context: CheckContext): Promise<Finding[]> {
  const all: Finding[] = [];
  for await (const { findings } of runChecks(context)) all.push(...findings);
  return all;
}
