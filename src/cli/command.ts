import type { Arguments, ArgumentsSpec } from "./arguments.ts";

/** A subcommand; its code is loaded when it is run. */
export interface Command extends ArgumentsSpec {
  name: string;
  summary: string;
  /** Further lines of its help. */
  details: string;
  /** The function that runs it and gives the exit code. */
  load: () => Promise<(args: Arguments) => Promise<number>>;
}
