/** Eighths of a character, from the left (Unicode, Block Elements). */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** Draws a bar for a part of 1, at most `width` characters long; more than nothing is visible. */
export function showBar(part: number, width: number): string {
  if (part <= 0) return "";
  const eighths = Math.max(1, Math.round(Math.min(1, part) * width * 8));
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}
