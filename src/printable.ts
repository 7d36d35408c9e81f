/**
 * Characters that are escaped in output: C0 and C1 control characters, which a terminal executes,
 * line and paragraph separators, which would split a log line, and marks that change the text
 * direction.
 */
export const UNPRINTABLE =
  // deno-lint-ignore no-control-regex
  /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Returns a text on one line, with escapes such as `\u000a` for unprintable characters. */
export function printable(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
