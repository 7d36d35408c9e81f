/** Size of a terminal without one, in characters (DEC VT100). */
const USUAL = { width: 80, height: 24 };
/** A smaller terminal breaks lines. */
const LEAST = { width: 40, height: 12 };

/** Returns the size of the terminal that stdout is, in characters. */
export function screenSize(): { width: number; height: number } {
  if (!Deno.stdout.isTerminal()) return USUAL;
  try {
    const { columns, rows } = Deno.consoleSize();
    return { width: Math.max(columns, LEAST.width), height: Math.max(rows, LEAST.height) };
  } catch {
    return USUAL; // a terminal that does not know its size
  }
}

/** Columns that a line of stdout has room for: those of a terminal; anything else has no bound. */
export function outputWidth(): number {
  return Deno.stdout.isTerminal() ? screenSize().width : Infinity;
}
