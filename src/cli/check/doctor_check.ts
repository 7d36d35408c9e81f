import { Findings } from "./findings.ts";

/** Result of a check. */
export type Verdict = "ok" | "warning" | "failed";

/** One line of `doctor`: what was checked, the result, and how to fix a problem. */
export interface DoctorCheck {
  name: string;
  verdict: Verdict;
  text: string;
}

/**
 * Runs one check. Its exception and the problems in its findings are "failed", the notes are
 * "warning"; without any of these, its return value is the text of an "ok" line.
 */
export async function runCheck(
  name: string,
  look: (findings: Findings) => string | Promise<string>,
): Promise<DoctorCheck[]> {
  const findings = new Findings();
  const well = await findings.attempt(() => look(findings));
  const line = (verdict: Verdict) => (text: string): DoctorCheck => ({ name, verdict, text });
  const lines = [
    ...findings.problems.map(line("failed")),
    ...findings.notes.map(line("warning")),
  ];
  return lines.length > 0 ? lines : [line("ok")(well ?? "")];
}
