/** Questions at a terminal, which options answer too. */
import { UsageError } from "../arguments.ts";

/** One question. */
export interface Question<T> {
  /** Option that answers it, without dashes. */
  option: string;
  /** Placeholder of the option's value. */
  placeholder: string;
  text: string;
  /** Suggested answer; without a terminal it is used only if it is `sure`. */
  suggestion?: string | undefined;
  sure: boolean;
  /** Reads an answer. Throws UsageError that says what is wrong. */
  read(answer: string): T;
}

/** Shows a question with its suggestion; undefined if the input has ended. */
export type Ask = (text: string, suggestion: string | undefined) => string | undefined;

/** Number of wrong answers to one question after which it is given up. */
const MAX_TRIES = 5;

/**
 * Returns the answer that an option gives, or else one from the terminal. `ask` is undefined without
 * a terminal. Throws UsageError if there is no answer.
 */
export function answerTo<T>(
  { option, placeholder, text, suggestion, sure, read }: Question<T>,
  given: string | undefined,
  ask: Ask | undefined,
): T {
  if (given !== undefined) return read(given);
  if (ask === undefined) {
    if (suggestion !== undefined && sure) return read(suggestion);
    throw new UsageError(`Option "--${option} ${placeholder}" is missing: ${text}`);
  }
  let question = text;
  for (let left = MAX_TRIES; left > 0; left--) {
    const answer = ask(question, suggestion);
    if (answer === undefined) break;
    try {
      return read(answer.trim());
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      question = `${error.message}\n${text}`;
    }
  }
  throw new UsageError(`No answer to "${text}"; nothing was written`);
}
