/** SGR parameters (ECMA-48): on and off. */
const STYLES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
} as const;

/** How a word can look. */
export type Style = keyof typeof STYLES;

/** Gives a text a look, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** No colours. */
export function plain(_style: Style, text: string): string {
  return text;
}

function coloured(style: Style, text: string): string {
  const [on, off] = STYLES[style];
  return `\x1b[${on}m${text}\x1b[${off}m`;
}

/** What suits stdout: colours on a terminal alone, and never with NO_COLOR (no-color.org). */
export function stdoutPaint(): Paint {
  return Deno.stdout.isTerminal() && !Deno.noColor ? coloured : plain;
}
