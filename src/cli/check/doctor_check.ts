import type { CheckResult } from "../../checks/examine.ts";
import { Findings } from "../../checks/findings.ts";
import { type Finding, formatPlace, sentence } from "../../config/finding.ts";
import type { FindingCode } from "../../messages/findings.ts";

/** Result of a check. */
export type Verdict = "ok" | "warning" | "failed";

/** One line of `doctor`: what was checked, the result, and how to fix a problem. */
export interface DoctorCheck {
  name: string;
  verdict: Verdict;
  text: string;
  finding?: Finding;
}

const VERDICTS = { error: "failed", warning: "warning", note: "ok" } as const;

/** Without these the daemon waits, so they are failures to a person who asks why nothing works. */
const WAITS: ReadonlySet<FindingCode> = new Set(["interface-down"]);

/** The lines of a check: one for each finding, and its text unless something is wrong. */
export function linesOf({ name, findings, text }: CheckResult): DoctorCheck[] {
  const isWell = text !== "" && findings.every(({ severity }) => severity === "note");
  return [
    ...(isWell ? [{ name, verdict: "ok" as const, text }] : []),
    ...findings.map((finding) => lineOf(name, finding)),
  ];
}

function lineOf(name: string, finding: Finding): DoctorCheck {
  const { code, severity, place } = finding;
  const at = place === undefined ? "" : ` (${formatPlace(place)})`;
  const verdict = WAITS.has(code) ? "failed" : VERDICTS[severity];
  const note = severity === "note" ? "note: " : "";
  return { name, verdict, text: `${note}${sentence(finding)}${at} [${code}]`, finding };
}

/** Options of `runDoctorCheck`. */
export interface DoctorCheckOptions {
  name: string;
  /** Code of the finding if `look` throws. */
  code: FindingCode;
  /** The configuration's path. */
  file: string;
}

/** Runs a check of `doctor` alone. `look` adds findings, throws, or returns the text of "ok". */
export async function runDoctorCheck(
  { name, code, file }: DoctorCheckOptions,
  look: (findings: Findings) => string | Promise<string>,
): Promise<DoctorCheck[]> {
  const findings = new Findings(file);
  const text = await findings.attempt(code, "", () => look(findings));
  return linesOf({ name, findings: findings.all, text: text ?? "" });
}
