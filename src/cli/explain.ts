import { didYouMean } from "../config/suggest.ts";
import { allWords, findWord } from "../messages/catalogue.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import { printLine } from "./terminal/output.ts";

/** `explain WORD`: says what a word of the log, the metrics or `status` means, and what to do. */
export async function explainCommand({ positionals, switches }: Arguments): Promise<number> {
  const [word] = positionals;
  if (word === undefined) {
    throw new UsageError("No word given: copy one from the log or from `status`");
  }
  const found = findWord(word);
  if (found.length === 0) {
    throw new UsageError(`Unknown word "${word}"${didYouMean(word, allWords())}`);
  }
  if (switches.has("json")) {
    await printLine(JSON.stringify({ word, explanations: found }));
    return 0;
  }
  const texts = found.map(({ kind, meaning, action }) =>
    `${word} (${kind})\n  ${meaning}\n  What to do: ${action ?? "nothing."}`
  );
  await printLine(texts.join("\n\n"));
  return 0;
}
