import { certificateFiles, describeCertificate } from "../../checks/certificate_checks.ts";
import { examine } from "../../checks/examine.ts";
import { ConfigError } from "../../config/config_error.ts";
import { readCertificate } from "../../config/files/certificate.ts";
import { trustedOwners } from "../../config/files/file_rules.ts";
import { type Finding, formatFinding } from "../../config/finding.ts";
import { loadConfig } from "../../config/load.ts";
import type { Config } from "../../config/types.ts";
import type { Arguments } from "../arguments.ts";
import { chosenConfig } from "../config_option.ts";
import { exitCodeFor } from "../exit_codes.ts";
import { printError, printLine } from "../terminal/output.ts";
import { describeConfig } from "./describe_config.ts";
import { askForDaemon, factsOf } from "./doctor_daemon.ts";

/** What was found in one file. */
interface Report {
  file: string;
  /** Undefined if the file is invalid. */
  config: Config | undefined;
  findings: readonly Finding[];
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
    if (!switches.has("json")) await printReport(report, files.length > 1);
  }
  const findings = reports.flatMap((report) => report.findings);
  if (switches.has("json")) await printLine(JSON.stringify(toJson(reports)));
  else if (!findings.some(isError)) await printLine("No problems found.");
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
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { file: error.file, config: undefined, findings: error.findings };
  }
}

function isError({ severity }: Finding): boolean {
  return severity === "error";
}

async function printReport({ file, config, findings }: Report, isOneOfMany: boolean) {
  if (isOneOfMany) await printLine(`${file}:`);
  if (config !== undefined) {
    for (const line of describeConfig(config)) await printLine(line);
    for (const line of await describeCertificates(config)) await printLine(line);
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

function toJson(reports: readonly Report[]): object {
  const ok = (findings: readonly Finding[]): boolean => !findings.some(isError);
  return {
    schema: 1,
    ok: reports.every(({ findings }) => ok(findings)),
    files: reports.map(({ file, config, findings }) => ({
      file,
      ok: ok(findings),
      mode: config?.mode ?? null,
      findings,
    })),
  };
}
