import stringWidth from "npm:string-width@^9.0.0";

/** Columns that a text takes on a terminal, without its ANSI escapes. */
export function unicodeWidth(text: string): number {
  return stringWidth(text);
}
