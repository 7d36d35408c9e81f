import { type Arguments, oneOf, UsageError } from "../arguments.ts";
import type { Command } from "../command.ts";
import { bashCompletion } from "./completion_bash.ts";
import { fishCompletion } from "./completion_fish.ts";
import { zshCompletion } from "./completion_zsh.ts";
import { printLine } from "../terminal/output.ts";

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** `completion bash|zsh|fish`: prints a shell completion script. */
export async function completionCommand(
  { positionals: [shell] }: Arguments,
  commands: readonly Command[],
): Promise<number> {
  const names = Object.keys(SHELLS);
  if (shell === undefined) throw new UsageError(`No shell given: use one of ${names.join(", ")}`);
  const known = oneOf(shell, names.join("|"), "a shell") as keyof typeof SHELLS;
  await printLine(SHELLS[known](commands).trimEnd());
  return 0;
}
