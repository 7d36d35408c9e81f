/** Installs and removes the service of procd, the init system of OpenWrt. */
import { DEFAULT_CONFIG } from "../../config/default_config.ts";
import { CommandError } from "../exit_codes.ts";
import { printLine } from "../terminal/output.ts";
import { nextStep } from "./next_step.ts";
import {
  needConfig,
  needRoot,
  ownProgram,
  refuseForeign,
  settleData,
  textOf,
} from "./own_files.ts";
import { initScript, isOurs, procdProgramFault } from "./plan.ts";
import { mustRun, runProgram } from "./run_program.ts";
import { pauseToLook, untilEnded } from "./service_end.ts";

/** The number of SIGINT, which ends all sessions; SIGTERM keeps them for the next start. */
const SIGINT = 2;
/**
 * How long a daemon must run to count as started, and how long to wait for that, in milliseconds:
 * one that fails ends within a few seconds, and procd starts it again 5 s later.
 */
const STABLE_TIME = 3_000;
const START_TIME = 6_000;
const NOT_STARTED =
  "The service is installed, but does not keep running; `logread -e pppoe-proxy` says why";

/**
 * `service install` under procd: writes the init script; with `now` also enables and starts the
 * daemon of the default configuration. Writing again is an update.
 */
export async function installInitScript(now: boolean): Promise<number> {
  needRoot();
  const file = initScript(await ownProgram(procdProgramFault, "/usr/bin"));
  await refuseForeign(file);
  await Deno.writeTextFile(file.path, file.text);
  await Deno.chmod(file.path, 0o755);
  await printLine(`Wrote "${file.path}".`);
  if (!now) {
    await printLine(
      nextStep(DEFAULT_CONFIG, { system: "procd", isInstalled: true, isCompiled: true }),
    );
    return 0;
  }
  await needConfig();
  await mustRun(file.path, "enable");
  await mustRun(file.path, "restart");
  if (!await keepsRunning(file.path)) throw new CommandError("failed", NOT_STARTED);
  await printLine("The daemon runs, and starts with the machine.");
  return 0;
}

/** `service uninstall` under procd: stops the daemon and removes the init script, with `purge` all. */
export async function uninstallInitScript(purge: boolean): Promise<number> {
  needRoot();
  const { path } = initScript("");
  if (!isOurs(await textOf(path))) {
    throw new CommandError("failed", "`pppoe-proxy service install` has written nothing here");
  }
  await endSessions(path);
  await mustRun(path, "stop");
  await mustRun(path, "disable");
  await Deno.remove(path);
  await printLine(`Removed "${path}".`);
  await settleData(purge);
  return 0;
}

/** The state of the service in lines, as `service status` shows it. */
export async function initScriptLines(): Promise<string[]> {
  const { path } = initScript("");
  if (await textOf(path) === "") return [`init script: "${path}" is not installed`];
  const { code } = await runProgram(path, "enabled");
  const state = await runsNow(path) ? "running" : "not running";
  const atBoot = code === 0 ? "starts with the machine" : "does not start with the machine";
  return [`init script: ${state}, ${atBoot}`, `file: ${path}`];
}

/** Whether the service runs for a while: procd does not wait for its daemons. */
async function keepsRunning(script: string): Promise<boolean> {
  let since: number | undefined;
  for (const end = Date.now() + START_TIME; Date.now() < end;) {
    since = await runsNow(script) ? since ?? Date.now() : undefined;
    if (since !== undefined && Date.now() - since >= STABLE_TIME) return true;
    await pauseToLook();
  }
  return false;
}

async function runsNow(script: string): Promise<boolean> {
  return (await runProgram(script, "running")).code === 0;
}

/** Makes the daemon end its sessions, and waits for its end. */
async function endSessions(script: string): Promise<void> {
  if (!await runsNow(script)) return;
  const signal = JSON.stringify({ name: "pppoe-proxy", signal: SIGINT });
  await runProgram("ubus", "call", "service", "signal", signal);
  await untilEnded(() => runsNow(script));
}
