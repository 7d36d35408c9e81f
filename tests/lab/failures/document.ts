/**
 * Reads docs/failures.md: a heading for each failure, and below it what is said of it where.
 *
 *     ## The AC refuses
 *
 *     - **status**, both: `ac-refuses`: … **Do:** …
 *     - **log**, server: `info    discovery: AC refused …`
 *     - **page**, both: in red, the same.
 */

/** Where something is said of a failure. */
export type Place = "status" | "log" | "page";

/** What is said of a failure in one place of one daemon. */
export interface Entry {
  readonly place: Place;
  /** "client", "server", or empty if there is no daemon that runs. */
  readonly side: string;
  readonly text: string;
}

const ENTRY = /^- \*\*(status|log|page)\*\*(?:, (client|server|both))?: (.*)$/;

/** Returns what a document says of each failure. Throws for a line of a list that is no entry. */
export function failuresIn(document: string): Map<string, Entry[]> {
  const sections = document.split(/^## /m).slice(1);
  return new Map(sections.map((section) => {
    const [failure, ...rest] = section.split("\n");
    const items = rest.join("\n").split(/\n(?=- )/).filter((item) => item.startsWith("- "));
    return [failure, items.flatMap(entriesOf)];
  }));
}

function entriesOf(item: string): Entry[] {
  const line = item.split("\n\n")[0].replace(/\s*\n\s*/g, " ").trim();
  const [, place, side = "", text] = ENTRY.exec(line) ?? [];
  if (place === undefined) throw new Error(`docs/failures.md: not an entry: ${line}`);
  const sides = side === "both" ? ["server", "client"] : [side];
  return sides.map((side) => ({ place: place as Place, side, text }));
}

/** Whether a text is what the document has; "…" there stands for anything. White space is one. */
export function isSaid(said: string, text: string): boolean {
  const parts = said.split("…").map((part) =>
    part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+")
  );
  return new RegExp(`^${parts.join(".*")}$`, "s").test(text);
}
