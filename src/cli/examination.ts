import { Findings } from "./findings.ts";

/** How an examination ended. */
export type Verdict = "ok" | "warning" | "failed";

/** One line of `doctor`: what was looked at, how it is, and what to do about it. */
export interface Examined {
  name: string;
  verdict: Verdict;
  text: string;
}

/**
 * Looks at one matter. What it throws, and the findings' problems, are failures; their notes are
 * warnings; where there are none of these, what it returns is a line that all is well.
 */
export async function examine(
  name: string,
  look: (findings: Findings) => string | Promise<string>,
): Promise<Examined[]> {
  const findings = new Findings();
  const well = await findings.attempt(() => look(findings));
  const line = (verdict: Verdict) => (text: string): Examined => ({ name, verdict, text });
  const lines = [
    ...findings.problems.map(line("failed")),
    ...findings.notes.map(line("warning")),
  ];
  return lines.length > 0 ? lines : [line("ok")(well ?? "")];
}
