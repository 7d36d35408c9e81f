/** Numbers and verdicts of the page as text. */
import { median } from "../figures.ts";
import type { FigureKind } from "./figure_list.ts";
import type { BaselineComparison, PageResult } from "./page_result.ts";
import { ERROR_RATE, type Verdict, type Word } from "./verdict.ts";

/** Median and range of samples, in the unit of the figure. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

/** Returns the spread of a figure's samples; undefined if there are none above zero. */
export function spreadOf(kind: FigureKind, samples: readonly number[] = []): Spread | undefined {
  const values = samples.filter((value) => value > 0).map((value) => value * kind.scale);
  if (values.length === 0) return undefined;
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/** Formats with three digits that count: 3,153, 57.2, 0.34. */
export function shortNumber(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(value === 0 ? 1 : 3)));
}

/** Formats a spread: the median, then the range of the rounds if there are several. */
export function showSpread({ median, least, most }: Spread): string {
  if (least === most) return shortNumber(median);
  return `${shortNumber(median)} (${shortNumber(least)}–${shortNumber(most)})`;
}

/** Returns why a path has no figure above zero. */
export function whyMissing(kind: FigureKind, samples: readonly number[] = []): string {
  if (samples.length > 0) return "none";
  return kind.group === "CPU" || kind.group === "Memory" ? "in the kernel" : "–";
}

/** Words for figures that are not about speed. */
const SIZE_WORDS: Readonly<Record<Word, string>> = {
  slower: "larger",
  faster: "smaller",
  "cannot tell": "cannot tell",
};

/** Formats a verdict: a word, and the estimated change if it is certain. */
export function showVerdict(kind: FigureKind, { word, change }: Verdict): string {
  const text = kind.group === "Memory" ? SIZE_WORDS[word] : word;
  if (word === "cannot tell") return text;
  return `${text}, ${change > 0 ? "+" : "−"}${shortNumber(Math.abs(change))} %`;
}

/** How figures are compared with the baseline's. */
export const HOW_COMPARED = "Compared by a rank sum test, as ratios to the plain forwarder of " +
  "the same round; memory as it is.";

/** Summarises the comparison in a sentence or two. */
export function summary(comparison: BaselineComparison, { machine }: PageResult): string {
  const { verdicts, rounds, machine: other } = comparison;
  const count = (word: Word) =>
    Object.values(verdicts).filter((verdict) => verdict.word === word).length;
  const isSame = machine.cpu === other.cpu && machine.cores === other.cores;
  const where = isSame
    ? "this kind of machine"
    : `another machine (${other.cpu}, ${other.cores} cores)`;
  const byChance = shortNumber(ERROR_RATE * Object.keys(verdicts).length);
  return `Against the baseline (${rounds} rounds on ${where}): ${
    count("slower")
  } figures slower, ` +
    `${count("faster")} faster, ${count("cannot tell")} cannot tell. Without any change, chance ` +
    `alone makes ${byChance} of them slower or faster.`;
}

/** Other work that disturbs the figures, in cores; it is seen in steps of 0.05. */
const NOISY = 0.12;

/** Describes the run: machine, rounds, and whether other work disturbed it. */
export function conditions({ machine, rounds, seconds, otherWork }: PageResult): string {
  const { cpu, cores, kernel, deno } = machine;
  const busy = Math.max(...otherWork);
  const quiet = busy <= NOISY
    ? "No other work was seen before any round."
    : `Other work used up to ${shortNumber(busy)} cores before a round: repeat on a quiet machine.`;
  return `${cpu}, ${cores} cores, Linux ${kernel}, Deno ${deno}; ${rounds} ${
    rounds === 1 ? "round" : "rounds"
  } in ` +
    `${Math.round(seconds)} s. Generator, both ends, sink and kernel share these cores. ${quiet}`;
}
