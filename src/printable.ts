/**
 * What is not shown as it is: C0 and C1 controls, on which a terminal acts, line and paragraph
 * separators, which make lines of a log, and marks that turn the direction of text.
 */
export const UNPRINTABLE =
  // deno-lint-ignore no-control-regex
  /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text in one line, with `\u000a` and the like in place of what is not shown as it is. */
export function printable(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
