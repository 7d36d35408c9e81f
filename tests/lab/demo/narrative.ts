/** Output of the demo: plain lines, with bold headings on a terminal unless NO_COLOR is set. */
const plain = !Deno.stdout.isTerminal() || (Deno.env.get("NO_COLOR") ?? "") !== "";

/** Writes lines to stdout. */
export function say(...lines: string[]): void {
  const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

/** Writes a heading. */
export function heading(text: string): void {
  say("", plain ? text : `\x1b[1m${text}\x1b[22m`);
}

/** The interfaces and processes of the demo. */
export const TOPOLOGY = `
  customer         client proxy                  server proxy         AC
    cust0 ═══ LAN ═══ lan0 ══ TLS 1.3 over 127.0.0.1 ══ wan0 ═══ WAN ═══ ac0`;
