import type { Daemon } from "../proxy/daemon_interface.ts";
import type { Histogram } from "../proxy/histogram.ts";

/** One value of a metric. */
export interface Sample {
  value: number;
  labels?: Record<string, string>;
}

interface Described {
  /** Without the prefix. */
  name: string;
  help: string;
  labels?: readonly string[];
}

/** A metric, and where its values are read. */
export type Metric =
  | (Described & { type: "counter" | "gauge"; read: (daemon: Daemon) => Sample[] })
  | (Described & { type: "histogram"; read: (daemon: Daemon) => Histogram });
