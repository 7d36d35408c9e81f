/** What a run of the page measured. */
import type { Verdict } from "./verdict.ts";

/** Names of the paths, in the order of the page. */
export const PATH_NAMES = ["pppoe-proxy", "kernel bridge", "OpenVPN", "plain forwarder"] as const;
/** A path that carries the frames. */
export type PathName = typeof PATH_NAMES[number];

/** The rounds of one path. */
export interface PathRounds {
  /** What it is, in a line. */
  about: string;
  /** Why it was not measured. */
  skipped?: string;
  /** Samples by figure, one per round in which the path was measured. */
  samples: Record<string, number[]>;
  /** Latencies of all rounds; see latency_histogram.ts. */
  latency: number[];
}

/** Where the figures were measured. */
export interface Machine {
  cpu: string;
  cores: number;
  kernel: string;
  deno: string;
}

/** A run. */
export interface PageResult {
  machine: Machine;
  /** Number of rounds. */
  rounds: number;
  /** Duration of the run in seconds. */
  seconds: number;
  /** Cores that other work used just before each round. */
  otherWork: number[];
  paths: Record<PathName, PathRounds>;
}

/** The comparison of a run with the baseline. */
export interface BaselineComparison {
  /** Where and over how many rounds the baseline was measured. */
  machine: Machine;
  rounds: number;
  /** By figure. */
  verdicts: Record<string, Verdict>;
}
