import type { Arguments, ArgumentsSpec } from "./arguments.ts";

/** A subcommand, whose code is loaded when it runs. */
export interface Command extends ArgumentsSpec {
  name: string;
  summary: string;
  /** More help text; empty for none. */
  details: string;
  /** Loads the function that runs the command and returns its exit code; it gets all commands. */
  load: () => Promise<(args: Arguments, commands: readonly Command[]) => Promise<number>>;
}
