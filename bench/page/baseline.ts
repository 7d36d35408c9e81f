/** The kept baseline, bench/baseline.json, and the comparison of a run with it. */
import { median } from "../figures.ts";
import { FIGURES } from "./figure_list.ts";
import type { BaselineComparison, Machine, PageResult } from "./page_result.ts";
import { judge } from "./verdict.ts";

const FILE = new URL("../baseline.json", import.meta.url);

/** What is kept of a run. */
export interface Baseline {
  machine: Machine;
  rounds: number;
  /** Comparable samples by figure. */
  samples: Record<string, number[]>;
}

/** What stands for the machine's speed: frames per second that the kernel bridge carries. */
const SPEED = "flood-1510-up";

/**
 * Returns the samples that can be compared between runs and machines: rates relative to the
 * machine's speed, durations multiplied by it, and memory as it is. Figures of zero, such as a
 * search without result, are left out, and without a kernel bridge all but memory.
 */
export function comparableSamples({ paths }: PageResult): Record<string, number[]> {
  const daemons = paths["pppoe-proxy"].samples;
  const speed = median(paths["kernel bridge"].samples[SPEED] ?? []);
  const comparable = Object.entries(FIGURES).filter(([name, { isRelative }]) =>
    name in daemons && (speed > 0 || !isRelative)
  );
  return Object.fromEntries(comparable.map(([name, { isRelative, better }]) => {
    const unit = !isRelative ? 1 : better === "more" ? speed : 1 / speed;
    return [name, daemons[name].filter((value) => value > 0).map((value) => value / unit)];
  }));
}

/** Compares a run with the baseline. */
export function compareWithBaseline(result: PageResult, baseline: Baseline): BaselineComparison {
  const samples = comparableSamples(result);
  const verdicts = Object.entries(samples).filter(([name]) => name in baseline.samples)
    .map(([name, now]) => [name, judge(now, baseline.samples[name], FIGURES[name].better)]);
  const { machine, rounds } = baseline;
  return { machine, rounds, verdicts: Object.fromEntries(verdicts) };
}

/** Reads the baseline; undefined if there is none. */
export async function readBaseline(): Promise<Baseline | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(FILE));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Makes this run the baseline. */
export async function saveBaseline(result: PageResult): Promise<void> {
  const samples = Object.entries(comparableSamples(result))
    .map(([name, values]) => [name, values.map((value) => Number(value.toPrecision(4)))]);
  const { machine, rounds } = result;
  const baseline: Baseline = { machine, rounds, samples: Object.fromEntries(samples) };
  await Deno.writeTextFile(FILE, `${JSON.stringify(baseline, null, 2)}\n`);
}
