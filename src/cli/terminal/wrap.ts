import { unicodeWidth } from "@std/cli/unicode-width";

/** Shortens a text to a width in columns; the last column of a shortened one is "…". */
export function clip(text: string, width: number): string {
  if (unicodeWidth(text) <= width) return text;
  let [kept, used] = ["", 0];
  for (const character of text) {
    used += unicodeWidth(character);
    if (used >= width) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Breaks a text between words into lines of at most `width` columns; longer words are clipped. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").map((each) => clip(each, width))) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (unicodeWidth(joined) <= width) line = joined;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
