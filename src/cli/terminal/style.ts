/** SGR parameters that switch a style on and off (ECMA-48). */
const STYLES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
} as const;

/** Name of a text style. */
export type Style = keyof typeof STYLES;

/** Applies a style to a text, or returns the text unchanged. */
export type Paint = (style: Style, text: string) => string;

/** Returns the text without any style. */
export function plain(_style: Style, text: string): string {
  return text;
}

function coloured(style: Style, text: string): string {
  const [on, off] = STYLES[style];
  return `\x1b[${on}m${text}\x1b[${off}m`;
}

/**
 * Returns the painter for stdout: styles only on a terminal, and never with NO_COLOR
 * (no-color.org).
 */
export function stdoutPaint(): Paint {
  return Deno.stdout.isTerminal() && !Deno.noColor ? coloured : plain;
}
