import { type Arguments, oneOf, UsageError } from "../arguments.ts";
import type { Command } from "../command.ts";
import { bashCompletion } from "./completion_bash.ts";
import { fishCompletion } from "./completion_fish.ts";
import { zshCompletion } from "./completion_zsh.ts";
import { LIVE_KINDS, liveWords } from "../remote/live_words.ts";
import { printLine } from "../terminal/output.ts";
import { printable } from "../../printable.ts";

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/**
 * `completion bash|zsh|fish`: prints a shell completion script; `completion client|server|session|mac`:
 * prints the words of a running daemon, for which the scripts ask.
 */
export async function completionCommand(
  args: Arguments,
  commands: readonly Command[],
): Promise<number> {
  const [given] = args.positionals;
  const shells = Object.keys(SHELLS);
  if (given === undefined) throw new UsageError(`No shell given: use one of ${shells.join(", ")}`);
  const live = LIVE_KINDS.find((kind) => kind === given);
  if (live !== undefined) {
    for (const word of await liveWords(live, args)) await printLine(printable(word));
    return 0;
  }
  const shell = oneOf(given, shells.join("|"), "a shell") as keyof typeof SHELLS;
  await printLine(SHELLS[shell](commands).trimEnd());
  return 0;
}
