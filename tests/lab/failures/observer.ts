import { assert } from "@std/assert";
import { problemsShown } from "./page_text.ts";
import type { Problem } from "../../../src/admin/api/problem_schema.ts";
import { Status } from "../../../src/admin/api/response_schema.ts";
import { AdminClient } from "../../../src/cli/remote/admin_client.ts";
import { oneProblem } from "../../../src/cli/remote/status_screen.ts";
import { showText } from "../../../src/log_format.ts";
import type { Lab } from "../lab.ts";
import type { LabProcess } from "../process.ts";
import { type Entry, failuresIn, isSaid } from "./document.ts";

/** Time in which status, log and page must name a failure on a loaded machine, in milliseconds. */
const DEADLINE = 60_000;
const PAUSE = 50;

/** What docs/failures.md says of each failure. */
export const DOCUMENT = failuresIn(
  await Deno.readTextFile(new URL("../../../docs/failures.md", import.meta.url)),
);
/** The failures that a test has caused. */
export const SEEN = new Set<string>();

/** Returns what the document says of a failure. */
export function entriesOf(failure: string): readonly Entry[] {
  const entries = DOCUMENT.get(failure);
  assert(entries !== undefined, `docs/failures.md has no failure "${failure}"`);
  SEEN.add(failure);
  return entries;
}

/** A line of a daemon's log as a terminal shows it, without its time. */
function logText(line: string): string {
  if (!line.startsWith("{")) return line;
  const { time: _, level, topic, message, ...fields } = JSON.parse(line);
  const facts = Object.entries(fields).map(([key, value]) => ` ${key}=${showText(value)}`);
  return `${level} ${topic}: ${message}${facts.join("")}`;
}

/** The daemons of a lab, by the side that they are on in the document. */
export type Sides = Readonly<Record<string, LabProcess>>;

/** Compares what real daemons say of failures with the document. */
export class Observer {
  #lab: Lab;
  #sides: () => Sides;
  /** Number of lines of each daemon's log that are about earlier failures. */
  #read = new Map<LabProcess, number>();

  /** `sides` are the usual daemons. */
  constructor(lab: Lab, sides: () => Sides) {
    this.#lab = lab;
    this.#sides = sides;
  }

  /** What the logs have so far is about earlier failures. */
  begin(): void {
    for (const daemon of Object.values(this.#sides())) this.#read.set(daemon, daemon.output.length);
  }

  /** Waits until everything is said that the document has of a failure. */
  async sees(failure: string, others: Sides = {}): Promise<void> {
    const daemons = { ...this.#sides(), ...others };
    const entries = entriesOf(failure);
    for (const end = performance.now() + DEADLINE;;) {
      const missing: [Entry, unknown][] = [];
      for (const entry of entries) {
        const found = await this.#find(entry, entries, daemons[entry.side]);
        if (found !== true) missing.push([entry, found]);
      }
      if (missing.length === 0) return;
      const report = missing.map((each) => JSON.stringify(each, null, 2)).join("\n");
      assert(performance.now() < end, `${failure} is not explained: ${report}`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  /** Whether a daemon says this; otherwise what it says. */
  async #find(entry: Entry, all: readonly Entry[], daemon: LabProcess): Promise<unknown> {
    if (entry.place === "log") {
      const lines = daemon.output.entries.slice(this.#read.get(daemon) ?? 0).map(logText);
      const said = entry.text.replace(/^`+|`+$/g, "");
      return lines.some((line) => isSaid(said, line)) || lines.slice(-20);
    }
    const problems = await this.#problems(daemon, entry.place === "page");
    const said = entry.place === "status"
      ? entry
      : all.find(({ place, side }) => place === "status" && side === entry.side);
    const [, code, words, remedy] = /^`([\w-]+)`: (.*) \*\*Do:\*\* (.*)$/.exec(said?.text ?? "") ??
      [];
    assert(code !== undefined, `not the words of a status: ${said?.text}`);
    const found = problems.find((problem) =>
      problem.code === code && isSaid(words, problem.words) && isSaid(remedy, problem.remedy)
    );
    if (found === undefined) return problems;
    return entry.place === "status" ? isPrinted(found) : isShown(entry.text, found, problems);
  }

  /** The problems as `status`, or as the page asks for them. */
  async #problems({ name }: LabProcess, brief: boolean): Promise<readonly Problem[]> {
    using admin = new AdminClient(`${this.#lab.folder}/${name}.sock`);
    const path = "/api/v1/status";
    return (await admin.json({ path, query: { brief } }, Status)).problems;
  }
}

/** Whether the command prints all words of a problem, and what to do. */
function isPrinted(problem: Problem): true | string[] {
  const paint = (_: unknown, text: string): string => text;
  const lines = oneProblem(problem, { width: 200, height: 50, paint, now: Date.now() });
  const text = lines.map((line) => line.trim()).join(" ");
  const { severity, words, code, remedy } = problem;
  return text.startsWith(`${severity}: ${words} (${code}, `) && text.endsWith(`do: ${remedy}`) ||
    lines;
}

/** Whether the page shows the words of a problem and what to do, in its colour. */
function isShown(said: string, problem: Problem, problems: readonly Problem[]): unknown {
  const colour = { critical: "in red, the same.", warning: "in amber, the same." };
  if (said !== colour[problem.severity]) return problem.severity;
  const shown = problemsShown(problems);
  // The page shows what is between backquotes as code.
  const [words, remedy] = [problem.words, problem.remedy].map((text) => text.replaceAll("`", ""));
  return shown.some(({ severity, text }) =>
    severity === problem.severity && text.includes(words) && text.includes(remedy)
  ) || shown;
}
