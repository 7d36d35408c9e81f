/** Installs and removes the service of systemd. */
import { DEFAULT_CONFIG } from "../../config/default_config.ts";
import { CommandError } from "../exit_codes.ts";
import { printLine } from "../terminal/output.ts";
import {
  needConfig,
  needRoot,
  ownProgram,
  refuseForeign,
  settleData,
  textOf,
} from "./own_files.ts";
import { nextStep, serviceStart } from "./next_step.ts";
import { firstThat, PACKAGED, UNIT } from "./paths.ts";
import { ALL_UNITS, isOurs, programFault, serviceFiles } from "./plan.ts";
import { mustRun, runProgram } from "./run_program.ts";
import { untilEnded } from "./service_end.ts";

const INSTALLED = { system: "systemd", isInstalled: true, isCompiled: true } as const;

/**
 * `service install`: writes the units, the user and the directories; with `now` also enables and
 * starts the daemon of the default configuration. Writing again is an update.
 */
export async function installService(now: boolean): Promise<number> {
  needRoot();
  const packaged = await firstThat(PACKAGED);
  if (packaged !== undefined) {
    throw new CommandError(
      "failed",
      `A package owns the service ("${packaged}"); use \`${
        serviceStart(DEFAULT_CONFIG, INSTALLED)
      }\``,
    );
  }
  const files = serviceFiles(await ownProgram(programFault, "/usr/local/bin"));
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
    await printLine(nextStep(DEFAULT_CONFIG, INSTALLED));
    return 0;
  }
  await needConfig();
  await mustRun("systemctl", "enable", UNIT);
  await mustRun("systemctl", "restart", UNIT);
  await printLine("The daemon runs, and starts with the machine.");
  return 0;
}

/** `service uninstall`: stops the daemons and removes what `install` wrote, with `purge` all. */
export async function uninstallService(purge: boolean): Promise<number> {
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
  await settleData(purge);
  await printLine("Kept the user.");
  return 0;
}

/**
 * Stops the daemons so that they end their sessions; the SIGTERM of `systemctl stop` would keep them
 * for the next start, and must not overtake this.
 */
async function endSessions(units: readonly string[]): Promise<void> {
  if (units.length === 0) return;
  await runProgram("systemctl", "kill", "--signal=INT", ...units);
  await untilEnded(async () => {
    return (await runProgram("systemctl", "--quiet", "is-active", ...units)).code === 0;
  });
}
