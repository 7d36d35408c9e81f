import type { Daemon } from "../../daemon/daemon.ts";
import type { Histogram } from "../../proxy/session/histogram.ts";

/** One value of a metric. */
export interface Sample {
  value: number;
  labels?: Record<string, string>;
}

interface Described {
  /** Name without the prefix. */
  name: string;
  help: string;
  labels?: readonly string[];
  /** How the values of several threads become one; their sum, by default. */
  merge?: "own" | "most" | "least";
}

/** A metric, and how to read its values. */
export type Metric =
  | (Described & { type: "counter" | "gauge"; read: (daemon: Daemon) => Sample[] })
  | (Described & { type: "histogram"; read: (daemon: Daemon) => Histogram });

/** Returns a sample for each of these counts, with its name as the label. */
export function by(label: string, counts: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(counts).map(([name, value]) => ({ value, labels: { [label]: name } }));
}

/** Returns the single sample of a metric without labels. */
export function one(value: number): Sample[] {
  return [{ value }];
}
