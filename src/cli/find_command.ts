import { didYouMean } from "../config/suggest.ts";
import { UsageError } from "./arguments.ts";
import type { Command } from "./command.ts";

/** Returns the command of `commands` with this name; throws UsageError with a suggestion if there is none. */
export function findCommand(commands: readonly Command[], name: string): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const names = commands.map((candidate) => candidate.name);
  throw new UsageError(`Unknown command "${name}"${didYouMean(name, names)}`);
}
