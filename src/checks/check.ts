import type { Config } from "../config/types.ts";
import type { Findings } from "./findings.ts";

/** What is known about the daemon of a configuration. */
export interface DaemonFacts {
  /** Its process id, if it runs and is known: what it uses is not used by others. */
  pid: number | undefined;
  /** Whether it may run all the same. */
  mayRun: boolean;
}

/** What checks look at. */
export interface CheckContext {
  config: Config;
  daemon: DaemonFacts;
}

/** One examination of a configuration, its files or its machine. It changes nothing. */
export interface Check {
  /** What is examined, in `doctor`'s words. */
  name: string;
  /** Adds what it finds; returns what to say if that is nothing, or "" to say nothing. */
  look(context: CheckContext, findings: Findings): string | Promise<string>;
}
