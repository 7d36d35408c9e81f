/** The values of all metrics: of one thread, and of all threads of a server together. */
import type { Daemon } from "../../daemon/daemon.ts";
import type { Metric, Sample } from "./metric.ts";
import { METRICS } from "./metric_table.ts";

/** A histogram's values. */
export interface Distribution {
  readonly bounds: readonly number[];
  readonly counts: Float64Array;
  readonly sum: number;
}

/** Values by the metric's name; plain data. */
export interface Samples {
  values: Readonly<Record<string, readonly Sample[]>>;
  distributions: Readonly<Record<string, Distribution>>;
}

/** Reads the values of this thread. */
export function samplesOf(daemon: Daemon): Samples {
  daemon.link.readStatistics();
  const values: Record<string, readonly Sample[]> = {};
  const distributions: Record<string, Distribution> = {};
  for (const metric of METRICS) {
    if (metric.type !== "histogram") values[metric.name] = metric.read(daemon);
    else {
      const { bounds, counts, sum } = metric.read(daemon);
      distributions[metric.name] = { bounds, counts, sum };
    }
  }
  return { values, distributions };
}

/** Merges the values of all threads, the first one's first, as each metric says. */
export function mergeSamples([own, ...others]: [Samples, ...Samples[]]): Samples {
  if (others.length === 0) return own;
  const values: Record<string, readonly Sample[]> = {};
  const distributions: Record<string, Distribution> = {};
  for (const metric of METRICS) {
    const { name } = metric;
    if (metric.type === "histogram") {
      distributions[name] = [own, ...others].map((each) => each.distributions[name]).reduce(joined);
    } else {
      values[name] = merged(metric, own.values[name], others.map((each) => each.values[name]));
    }
  }
  return { values, distributions };
}

function joined(one: Distribution, other: Distribution): Distribution {
  const counts = one.counts.map((count, bucket) => count + other.counts[bucket]);
  return { bounds: one.bounds, counts, sum: one.sum + other.sum };
}

function merged(
  { merge }: Metric,
  own: readonly Sample[],
  others: readonly (readonly Sample[])[],
): readonly Sample[] {
  if (merge === "own") return own;
  const join = merge === undefined
    ? (one: number, other: number) => one + other
    : merge === "most"
    ? Math.max
    : Math.min;
  const byLabels = new Map<string, Sample>();
  for (const sample of [own, ...others].flat()) {
    const key = JSON.stringify(sample.labels ?? {});
    const known = byLabels.get(key);
    const value = known === undefined ? sample.value : join(known.value, sample.value);
    byLabels.set(key, { ...sample, value });
  }
  return [...byLabels.values()];
}
