/**
 * Metrics in the Prometheus text format. No label contains a MAC address, a session id or a
 * Host-Uniq.
 */
import { Counter, Gauge, type Metric as PromMetric, Registry } from "prom-client";
import { answersOf } from "../api/shard_answers.ts";
import type { Daemon } from "../../daemon/daemon.ts";
import type { Sample } from "./metric.ts";
import { METRICS } from "./metric_table.ts";
import { type Distribution, mergeSamples, type Samples } from "./samples.ts";

const PREFIX = "pppoeproxy_";

/** The registry of a daemon, and the values of the latest scrape. */
interface Scraped {
  registry: Registry;
  samples: Samples;
}

const scraped = new WeakMap<Daemon, Scraped>();

/** Returns all metrics as text (Prometheus exposition format 0.0.4). */
export async function metricsText(daemon: Daemon): Promise<string> {
  const samples = mergeSamples(await answersOf(daemon, "metrics", undefined));
  let known = scraped.get(daemon);
  if (known === undefined) {
    known = { registry: registryOf(() => scraped.get(daemon)?.samples ?? samples), samples };
    scraped.set(daemon, known);
  }
  known.samples = samples;
  return await known.registry.metrics();
}

/** Registers all metrics. The values are counted elsewhere and read at each scrape. */
function registryOf(read: () => Samples): Registry {
  const registry = new Registry();
  for (const { type, name, help, labels = [] } of METRICS) {
    const options = { name: PREFIX + name, help, labelNames: [...labels], registers: [registry] };
    if (type === "histogram") {
      const histogram = new CountedHistogram(PREFIX + name, help, () => read().distributions[name]);
      registry.registerMetric(histogram as unknown as PromMetric);
      continue;
    }
    const fill = (set: (sample: Sample) => void): void => read().values[name].forEach(set);
    if (type === "counter") {
      new Counter({
        ...options,
        collect() {
          this.reset();
          fill(({ value, labels }) => this.inc(labels ?? {}, value));
        },
      });
    } else {
      new Gauge({
        ...options,
        collect() {
          this.reset();
          fill(({ value, labels }) => this.set(labels ?? {}, value));
        },
      });
    }
  }
  return registry;
}

/** A histogram that is filled elsewhere, with the methods that the registry calls. */
class CountedHistogram {
  readonly name: string;
  #help: string;
  #read: () => Distribution;

  constructor(name: string, help: string, read: () => Distribution) {
    this.name = name;
    this.#help = help;
    this.#read = read;
  }

  get(): Promise<object> {
    const { name } = this;
    const { bounds, counts, sum } = this.#read();
    let total = 0;
    const values = [...counts].map((count, bucket) => ({
      metricName: `${name}_bucket`,
      labels: { le: bounds[bucket] ?? "+Inf" },
      value: total += count,
    }));
    const totals = [["sum", sum], ["count", total]] as const;
    return Promise.resolve({
      name,
      help: this.#help,
      type: "histogram",
      values: [
        ...values,
        ...totals.map(([what, value]) => ({ metricName: `${name}_${what}`, labels: {}, value })),
      ],
    });
  }
}
