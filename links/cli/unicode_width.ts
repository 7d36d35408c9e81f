import { eastAsianWidth } from "npm:get-east-asian-width@^1.7.0";

/** What is drawn over the character before it, or not at all; the last range is of Hangul's Jamo. */
const NO_COLUMN = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff]$/u;
/** A format character that terminals show. */
const SOFT_HYPHEN = "\u00ad";

/** Columns that a text takes on a terminal, character by character as the real package counts them. */
export function unicodeWidth(str: string): number {
  let columns = 0;
  for (const character of str) {
    if (NO_COLUMN.test(character) && character !== SOFT_HYPHEN) continue;
    columns += eastAsianWidth(character.codePointAt(0) ?? 0);
  }
  return columns;
}
