/** Maximum length of a line, in bytes, as that of a terminal (termios(3)). */
const MAX_LINE = 4_096;
const NEWLINE = 0x0a;

/** Prints a question and reads a line; the suggestion for an empty one, undefined at the end of input. */
export function askLine(text: string, suggestion: string | undefined): string | undefined {
  const question = suggestion === undefined ? `${text} ` : `${text} [${suggestion}] `;
  Deno.stdout.writeSync(new TextEncoder().encode(question));
  const line: number[] = [];
  const byte = new Uint8Array(1);
  while (line.length < MAX_LINE) {
    const count = Deno.stdin.readSync(byte);
    if (count === null || count === 0) return undefined;
    if (byte[0] === NEWLINE) break;
    line.push(byte[0]);
  }
  const answer = new TextDecoder().decode(Uint8Array.from(line)).trim();
  return answer === "" ? suggestion ?? "" : answer;
}
