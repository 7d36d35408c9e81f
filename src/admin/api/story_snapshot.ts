/** The API's view of a customer's story. */
import { formatMac, type Mac } from "../../pppoe/mac.ts";
import { peerFact } from "../../daemon/session_facts.ts";
import type { StoryEntry } from "../../stories/story.ts";
import type { StoryBook } from "../../stories/story_book.ts";
import type { CustomerStories } from "./look_back_schema.ts";
import { peerOf, type Session } from "./response_schema.ts";
import { adviceOf, wordsOf } from "./story_words.ts";

type Mode = "server" | "client";

/** What happens to a tunnel this long before or after a refusal belongs to its story. */
const AROUND = 60_000;

/** Returns a customer's stories, one for each client that it was seen at. Pure. */
export function storiesOf(
  mode: Mode,
  book: Pick<StoryBook, "find" | "tunnel">,
  customer: Mac,
  open: readonly Session[],
): CustomerStories {
  const stories = book.find(customer).map(({ owner, entries: own }) => {
    const theirs = mode === "client" ? open : open.filter((each) => peerOf(each) === owner);
    const tunnel = [...book.tunnel(owner), ...(owner === "" ? [] : book.tunnel(""))];
    const entries = withTunnel(own, tunnel);
    return {
      ...(mode === "server" && peerFact(mode, owner)),
      sessions: theirs.map(({ session, state }) => ({ session, state })),
      entries: entries.map((entry, at) => ({
        at: new Date(entry.at).toISOString(),
        until: new Date(entry.until).toISOString(),
        count: entry.count,
        kind: entry.kind,
        facts: entry.facts,
        words: wordsOf(mode, entry, nextOf(entries, at)),
      })),
      advice: adviceOf(mode, formatMac(customer), own, theirs),
    };
  });
  return { customer_mac: formatMac(customer), stories };
}

/** The next entry of the customer itself: what happens to the tunnel answers no packet. */
function nextOf(entries: readonly StoryEntry[], at: number): StoryEntry | undefined {
  return entries.slice(at + 1).find(({ kind }) => CUSTOMERS.has(kind));
}

const CUSTOMERS: ReadonlySet<string> = new Set([
  "padi",
  "pado",
  "padr",
  "ac-refused",
  "refused",
  "opened",
  "closed",
]);

/** Adds what happened to the tunnel while the customer had a session or was refused. */
function withTunnel(own: readonly StoryEntry[], tunnel: readonly StoryEntry[]): StoryEntry[] {
  const spans = spansOf(own);
  const theirs = tunnel.filter(({ at, until }) =>
    spans.some(([from, to]) => until >= from && at <= to)
  );
  // The sort is stable: of two at the same time, the tunnel's is first, as it is the cause.
  return [...theirs, ...own].sort((one, other) => one.at - other.at);
}

/** The times in which the customer had a session, or a refusal. */
function spansOf(entries: readonly StoryEntry[]): [from: number, to: number][] {
  return entries.flatMap(({ kind, at, until }, index): [number, number][] => {
    if (kind === "refused") return [[at - AROUND, until + AROUND]];
    if (kind !== "opened") return [];
    const end = entries.slice(index + 1).find((entry) => entry.kind === "closed");
    return [[at, end?.until ?? Infinity]];
  });
}
