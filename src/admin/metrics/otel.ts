import { metrics } from "@opentelemetry/api";
import type { Daemon } from "../../daemon/daemon.ts";
import { METRICS } from "./metric_table.ts";

/**
 * Registers counters and gauges with Deno's OpenTelemetry exporter, which reads them periodically
 * if OTEL_DENO is "true". Histograms are left out: it accepts single observations only.
 */
export function exportMetrics(daemon: Daemon): void {
  const meter = metrics.getMeter("pppoe-proxy");
  for (const metric of METRICS) {
    if (metric.type === "histogram") continue;
    const { type, name, help, read } = metric;
    const options = { description: help };
    const instrument = type === "counter"
      ? meter.createObservableCounter(`pppoeproxy_${name}`, options)
      : meter.createObservableGauge(`pppoeproxy_${name}`, options);
    instrument.addCallback((result) => {
      daemon.link.readStatistics();
      for (const { value, labels } of read(daemon)) result.observe(value, labels);
    });
  }
}
