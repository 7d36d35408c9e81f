/** QR codes (ISO/IEC 18004) on a terminal. */
import { generate } from "lean-qr";

/** Modules of light margin around the code; the standard asks for four. */
const MARGIN = 4;
/** Black on white of the colour cube (ISO 8613-6), which themes do not change, unlike the first 16. */
const [COLOURS, RESET] = ["\x1b[38;5;16;48;5;231m", "\x1b[0m"];

/** Returns the lines of a code, two modules in each character, dark on light on any terminal. */
export function qrCode(text: string): string[] {
  const code = generate(text);
  const isDark = (x: number, y: number): boolean => code.get(x, y);
  const lines: string[] = [];
  for (let y = -MARGIN; y < code.size + MARGIN; y += 2) {
    let line = "";
    for (let x = -MARGIN; x < code.size + MARGIN; x++) {
      line += half(isDark(x, y), isDark(x, y + 1));
    }
    lines.push(`${COLOURS}${line}${RESET}`);
  }
  return lines;
}

/** The character whose upper and lower half are drawn or not. */
function half(upper: boolean, lower: boolean): string {
  if (upper) return lower ? "█" : "▀";
  return lower ? "▄" : " ";
}
