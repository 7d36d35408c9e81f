import { metrics } from "@opentelemetry/api";
import { answersOf } from "../api/shard_answers.ts";
import type { Daemon } from "../../daemon/daemon.ts";
import { METRICS } from "./metric_table.ts";
import { mergeSamples, type Samples, samplesOf } from "./samples.ts";

/** Interval at which the values of several threads are gathered, in milliseconds. */
const GATHER_INTERVAL = 5_000;

/**
 * Registers counters and gauges with Deno's OpenTelemetry exporter, which reads them periodically
 * if OTEL_DENO is "true". Histograms are left out: it accepts single observations only.
 */
export function exportMetrics(daemon: Daemon): void {
  const meter = metrics.getMeter("pppoe-proxy");
  const read = reader(daemon);
  for (const { type, name, help } of METRICS) {
    if (type === "histogram") continue;
    const options = { description: help };
    const instrument = type === "counter"
      ? meter.createObservableCounter(`pppoeproxy_${name}`, options)
      : meter.createObservableGauge(`pppoeproxy_${name}`, options);
    instrument.addCallback((result) => {
      for (const { value, labels } of read().values[name]) result.observe(value, labels);
    });
  }
}

/** Returns the current values. The exporter does not wait, so those of other threads are older. */
function reader(daemon: Daemon): () => Samples {
  if (daemon.shards === undefined) return () => samplesOf(daemon);
  let latest = samplesOf(daemon);
  const timer = setInterval(async () => {
    try {
      latest = mergeSamples(await answersOf(daemon, "metrics", undefined));
    } catch {
      // a thread is ending, and so is the daemon
    }
  }, GATHER_INTERVAL);
  Deno.unrefTimer(timer);
  return () => latest;
}
