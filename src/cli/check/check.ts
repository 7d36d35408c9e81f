import { certificateFiles, describeCertificate } from "../../checks/certificate_checks.ts";
import { examine } from "../../checks/examine.ts";
import { ConfigError } from "../../config/config_error.ts";
import { readCertificate } from "../../config/files/certificate.ts";
import { trustedOwners } from "../../config/files/file_rules.ts";
import { type Finding, formatFinding } from "../../config/finding.ts";
import { loadConfig } from "../../config/load.ts";
import { locateKeys } from "../../config/toml/locate.ts";
import type { Config } from "../../config/types.ts";
import type { Arguments } from "../arguments.ts";
import { chosenConfig } from "../config_option.ts";
import { exitCodeFor } from "../exit_codes.ts";
import { printError, printLine } from "../terminal/output.ts";
import { describeConfig } from "./describe_config.ts";
import { askForDaemon, factsOf } from "./doctor_daemon.ts";
import { settingLines, type SettingRow, settingRows } from "./setting_rows.ts";

/** What was found in one file. */
interface Report {
  file: string;
  /** Undefined if the file is invalid. */
  config: Config | undefined;
  findings: readonly Finding[];
  /** Empty if the file is invalid. */
  settings: readonly SettingRow[];
}

/** `check [FILE...]`: exit code 0 if `run` can be expected to start with each file. */
export async function checkCommand(args: Arguments): Promise<number> {
  const { values, positionals, switches } = args;
  const named = values.has("config") || positionals.length === 0 ? [chosenConfig(args)] : [];
  const files = [...named, ...positionals];
  const reports: Report[] = [];
  for (const file of files) {
    const report = await checkFile(file);
    reports.push(report);
    if (!switches.has("json")) {
      await printReport(report, files.length > 1, switches.has("settings"));
    }
  }
  const findings = reports.flatMap((report) => report.findings);
  if (switches.has("json")) {
    await printLine(JSON.stringify(toJson(reports, switches.has("settings"))));
  } else if (!findings.some(isError)) await printLine(verdict(findings));
  return exitCodeFor(findings);
}

/** Examines one file and everything that it depends on. */
async function checkFile(file: string): Promise<Report> {
  try {
    const config = await loadConfig(file);
    const { daemon } = await askForDaemon(config);
    return {
      file: config.file,
      config,
      findings: await examine({ config, daemon: factsOf(daemon) }),
      settings: settingRows(config, await linesOf(config.file), Deno.env.toObject()),
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { file: error.file, config: undefined, findings: error.findings, settings: [] };
  }
}

/** The last line of a check without errors. */
function verdict(findings: readonly Finding[]): string {
  const warnings = findings.filter(({ severity }) => severity === "warning").length;
  if (warnings === 0) return "No problems found.";
  return `No errors, ${warnings} ${warnings === 1 ? "warning" : "warnings"}.`;
}

function isError({ severity }: Finding): boolean {
  return severity === "error";
}

/** Lines of a file's keys; none of a pipe, which can be read only once, or without a file. */
async function linesOf(file: string): Promise<ReadonlyMap<string, number>> {
  const isFile = await Deno.stat(file).then((facts) => facts.isFile, () => false);
  return isFile ? locateKeys(await Deno.readTextFile(file)) : new Map();
}

async function printReport(
  { file, config, findings, settings }: Report,
  isOneOfMany: boolean,
  isFull: boolean,
): Promise<void> {
  if (isOneOfMany) await printLine(`${file}:`);
  if (config !== undefined) {
    for (const line of describeConfig(config)) await printLine(line);
    for (const line of await describeCertificates(config)) await printLine(line);
    const variables = settings.flatMap(({ variable }) => variable ?? []);
    if (variables.length > 0) await printLine(`Set by variables: ${variables.join(", ")}.`);
    if (isFull) { for (const line of settingLines(settings, file)) await printLine(line); }
  }
  for (const finding of findings.filter((it) => it.severity !== "error")) {
    const kind = finding.severity === "note" ? "Note" : "Warning";
    await printLine(`${kind}: ${formatFinding(finding)}`);
  }
  for (const finding of findings.filter(isError)) await printError(formatFinding(finding));
}

/** A line for each readable certificate, with its SHA-256 to compare with the other end. */
async function describeCertificates(config: Config): Promise<string[]> {
  const owners = trustedOwners(config.file);
  const lines = await Promise.all(
    certificateFiles(config).map((path) =>
      readCertificate(path, owners).then(describeCertificate, () => "")
    ),
  );
  return lines.filter((line) => line !== "").map((line) => `Certificate ${line}.`);
}

function toJson(reports: readonly Report[], isFull: boolean): object {
  const ok = (findings: readonly Finding[]): boolean => !findings.some(isError);
  return {
    schema: 1,
    ok: reports.every(({ findings }) => ok(findings)),
    files: reports.map(({ file, config, findings, settings }) => ({
      file,
      ok: ok(findings),
      mode: config?.mode ?? null,
      findings,
      ...(isFull && { settings }),
    })),
  };
}
