import { assert } from "@std/assert";
import { problemsShown } from "./page_text.ts";
import { drainWords } from "../../../src/admin/web/overview.js";
import { problemsOf } from "../../../src/admin/web/problems.js";
import type { Problem } from "../../../src/admin/api/problem_schema.ts";
import { Status, type Status as StatusAnswer } from "../../../src/admin/api/response_schema.ts";
import { AdminClient } from "../../../src/cli/remote/admin_client.ts";
import { oneProblem } from "../../../src/cli/remote/status_screen.ts";
import { showText } from "../../../src/log_format.ts";
import type { Lab } from "../lab.ts";
import type { LabProcess } from "../process.ts";
import { type Entry, failuresIn, isSaid } from "./document.ts";

/** Time in which status, log and page must name a failure on a loaded machine, in milliseconds. */
const DEADLINE = 60_000;
const PAUSE = 50;
/** Time for one answer of a daemon, which may hang, in milliseconds. */
const ANSWER = 10_000;

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

/** Runs what belongs to one failure; an error names it. */
export async function scene<T>(failure: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${failure}: ${message}`, { cause: error });
  }
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
  sees(failure: string, others: Sides = {}): Promise<void> {
    return scene(failure, () => this.#sees(failure, { ...this.#sides(), ...others }));
  }

  async #sees(failure: string, daemons: Sides): Promise<void> {
    const entries = entriesOf(failure);
    const said = new Set<Entry>(); // both sides need not say it at the same moment
    for (const end = performance.now() + DEADLINE;;) {
      const missing: [Entry, unknown][] = [];
      for (const entry of entries.filter((each) => !said.has(each))) {
        const found = await this.#find(entry, entries, daemons[entry.side]);
        if (found === true) said.add(entry);
        else missing.push([entry, found]);
      }
      if (missing.length === 0) return;
      const report = missing.map((each) => JSON.stringify(each, null, 2)).join("\n");
      assert(performance.now() < end, `not explained: ${report}`);
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
    const status = await this.#status(daemon, entry.place === "page");
    if (status === undefined) return `no answer within ${ANSWER} ms`;
    const { problems } = status;
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
    return entry.place === "status" ? isPrinted(found) : isShown(entry.text, found, status);
  }

  /** The status as the command, or as the page asks for it; undefined if the daemon hangs. */
  async #status({ name }: LabProcess, brief: boolean): Promise<StatusAnswer | undefined> {
    using admin = new AdminClient(`${this.#lab.folder}/${name}.sock`);
    const signal = AbortSignal.timeout(ANSWER);
    try {
      return await admin.json({ path: "/api/v1/status", query: { brief }, signal }, Status);
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
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

/** Whether the page shows a problem: its words and what to do, in its colour, or a banner. */
function isShown(said: string, problem: Problem, status: StatusAnswer): unknown {
  const shown = problemsShown(problemsOf(status));
  const banner = /^in amber, the banner `(.*)`$/.exec(said)?.[1];
  if (banner !== undefined) {
    const twice = shown.filter(({ text }) => text.includes(problem.words));
    return problem.severity === "warning" && twice.length === 0 &&
        isSaid(banner, drainWords(status)) || [drainWords(status), ...twice];
  }
  const colour = { critical: "in red, the same.", warning: "in amber, the same." };
  if (said !== colour[problem.severity]) return problem.severity;
  // The page shows what is between backquotes as code.
  const [words, remedy] = [problem.words, problem.remedy].map((text) => text.replaceAll("`", ""));
  return shown.some(({ severity, text }) =>
    severity === problem.severity && text.includes(words) && text.includes(remedy)
  ) || shown;
}
