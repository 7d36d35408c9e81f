/** Installs and removes the service. */
import { DEFAULT_CONFIG } from "../../config/default_config.ts";
import { CommandError } from "../exit_codes.ts";
import { printLine } from "../terminal/output.ts";
import {
  ALL_UNITS,
  DATA,
  isOurs,
  PACKAGED,
  programFault,
  type ServiceFile,
  serviceFiles,
  UNIT,
} from "./plan.ts";
import { mustRun, needSystemd, runProgram } from "./systemd.ts";

/** How long a daemon may take to end its sessions, in milliseconds: TimeoutStopSec of the unit. */
const STOP_TIME = 15_000;

/**
 * `service install`: writes the units, the user and the directories; with `now` also enables and
 * starts the daemon of the default configuration. Writing again is an update.
 */
export async function installService(now: boolean): Promise<number> {
  await needSystemd();
  needRoot();
  const packaged = await firstThat(PACKAGED);
  if (packaged !== undefined) {
    throw new CommandError(
      "failed",
      `A package owns the service ("${packaged}"); use \`systemctl enable --now pppoe-proxy\``,
    );
  }
  const files = serviceFiles(await ownProgram());
  for (const file of files) await refuseForeign(file);
  for (const { path, text } of files) {
    await Deno.mkdir(path.replace(/\/[^/]+$/, ""), { recursive: true });
    await Deno.writeTextFile(path, text, { mode: 0o644 });
  }
  await mustRun("systemd-sysusers", "pppoe-proxy.conf");
  await mustRun("systemd-tmpfiles", "--create", "pppoe-proxy.conf");
  await mustRun("systemctl", "daemon-reload");
  await printLine(`Wrote ${files.map(({ path }) => `"${path}"`).join(", ")}.`);
  if (!now) {
    await printLine(`Next: pppoe-proxy check && systemctl enable --now pppoe-proxy`);
    return 0;
  }
  if (await firstThat([DEFAULT_CONFIG]) === undefined) {
    throw new CommandError(
      "failed",
      `The service is installed, but not started: there is no "${DEFAULT_CONFIG}"; ` +
        "write it with `pppoe-proxy init server` or `pppoe-proxy init client`",
    );
  }
  await mustRun("systemctl", "enable", UNIT);
  await mustRun("systemctl", "restart", UNIT);
  await printLine("The daemon runs, and starts with the machine.");
  return 0;
}

/** `service uninstall`: stops the daemons and removes what `install` wrote, with `purge` all. */
export async function uninstallService(purge: boolean): Promise<number> {
  await needSystemd();
  needRoot();
  const files = serviceFiles("");
  const ours: string[] = [];
  for (const { path } of files) if (await textOf(path).then(isOurs)) ours.push(path);
  if (ours.length === 0) {
    throw new CommandError("failed", "`pppoe-proxy service install` has written nothing here");
  }
  const units = await mustRun(
    "systemctl",
    "list-units",
    "--all",
    "--plain",
    "--no-legend",
    ALL_UNITS,
  );
  const names = units.split("\n").map((line) => line.split(" ")[0]).filter((name) => name !== "");
  await endSessions(names);
  for (const name of new Set([UNIT, ...names])) {
    await runProgram("systemctl", "disable", "--now", name);
  }
  for (const path of ours) await Deno.remove(path);
  await mustRun("systemctl", "daemon-reload");
  await printLine(`Removed ${ours.map((path) => `"${path}"`).join(", ")}.`);
  if (!purge) {
    await printLine(`Kept ${DATA.map((path) => `"${path}"`).join(" and ")}, and the user.`);
    return 0;
  }
  for (const path of DATA) await Deno.remove(path, { recursive: true }).catch(unlessMissing);
  await printLine(`Removed ${DATA.map((path) => `"${path}"`).join(" and ")}. Kept the user.`);
  return 0;
}

/**
 * Stops the daemons so that they end their sessions; the SIGTERM of `systemctl stop` would keep them
 * for the next start, and must not overtake this.
 */
async function endSessions(units: readonly string[]): Promise<void> {
  if (units.length === 0) return;
  await runProgram("systemctl", "kill", "--signal=INT", ...units);
  for (const end = Date.now() + STOP_TIME; Date.now() < end;) {
    const { code } = await runProgram("systemctl", "--quiet", "is-active", ...units);
    if (code !== 0) return;
    await new Promise((resolve) => setTimeout(resolve, STOP_TIME / 75));
  }
}

function needRoot(): void {
  if (Deno.uid() === 0) return;
  throw new CommandError("failed", "Only root may change services; run this with sudo");
}

/** The path of this program. Throws CommandError if it is not a compiled one that a unit can run. */
async function ownProgram(): Promise<string> {
  if (!Deno.build.standalone) {
    throw new CommandError(
      "failed",
      "Only the compiled program can install itself, because the unit starts this file; see docs/install.md",
    );
  }
  const program = await Deno.realPath(Deno.execPath());
  const fault = programFault(program);
  if (fault === undefined) return program;
  throw new CommandError("failed", `Cannot install: ${fault}; copy the program to /usr/local/bin`);
}

/** Throws CommandError if somebody else has written a file of the service. */
async function refuseForeign({ path }: ServiceFile): Promise<void> {
  const text = await textOf(path);
  if (text === "" || isOurs(text)) return;
  throw new CommandError(
    "failed",
    `"${path}" exists, and this command has not written it; remove it, or go on using it`,
  );
}

async function textOf(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch((error) => {
    unlessMissing(error);
    return "";
  });
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

async function firstThat(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    if (await Deno.lstat(path).then(() => true, () => false)) return path;
  }
  return undefined;
}
