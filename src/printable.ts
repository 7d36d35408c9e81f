/**
 * Characters that are escaped in output: control characters, which a terminal executes, line and
 * paragraph separators, which would split a log line, and invisible ones, such as marks that change
 * the text direction (Unicode categories Cc and Cf). Joiners are part of words and emoji.
 */
export const UNPRINTABLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Returns a text on one line, with escapes such as `\u000a` for unprintable characters. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => character.replace(/[^]/g, escapeUnit));
}

/** Escapes a UTF-16 code unit as JSON does. */
function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
