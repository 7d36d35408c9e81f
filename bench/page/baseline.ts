/** The kept baseline, bench/baseline.json, and the comparison of a run with it. */
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

/**
 * Returns the samples that can be compared between runs: by round, the figure relative to the plain
 * forwarder's of the same round, or the figure itself if it does not depend on the machine's speed.
 * Figures of zero, such as a search without result, are left out.
 */
export function comparableSamples({ paths }: PageResult): Record<string, number[]> {
  const [daemons, reference] = [paths["pppoe-proxy"].samples, paths["plain forwarder"].samples];
  const names = Object.keys(FIGURES).filter((name) => name in daemons);
  return Object.fromEntries(names.map((name) => {
    const ratio = (value: number, round: number): number => {
      const base = FIGURES[name].isRelative ? reference[name]?.[round] ?? 0 : 1;
      return base > 0 ? value / base : 0;
    };
    return [name, daemons[name].map(ratio).filter((value) => value > 0)];
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
