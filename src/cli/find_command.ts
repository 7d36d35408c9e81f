import { didYouMean } from "../config/suggest.ts";
import { UsageError } from "./arguments.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";

/** Returns the command with this name; throws UsageError with a suggestion if there is none. */
export function findCommand(name: string): Command {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const names = COMMANDS.map((candidate) => candidate.name);
  throw new UsageError(`Unknown command "${name}"${didYouMean(name, names)}`);
}
