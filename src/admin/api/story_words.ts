/** What the entries of a story say, and what to do about their end. Pure. */
import { MALFORMED, POLICY } from "../../messages/discovery_drops.ts";
import type { Explanation } from "../../messages/explanation.ts";
import { SESSION_ENDS } from "../../messages/session_ends.ts";
import { TUNNEL_ENDS } from "../../messages/tunnel_ends.ts";
import { printable } from "../../printable.ts";
import type { StoryEntry, StoryKind } from "../../stories/story.ts";

type Mode = "server" | "client";

/** Kinds that answer a customer's request. */
const ANSWERS: ReadonlySet<StoryKind> = new Set(["pado", "ac-refused", "refused", "opened"]);

/** An entry, and what its words depend on. */
interface Said {
  readonly mode: Mode;
  readonly entry: StoryEntry;
  readonly answered: boolean;
  /** A fact as text; empty if there is none. */
  fact(key: string): string;
}

const WORDS: Readonly<Record<StoryKind, (said: Said) => string>> = {
  "padi": ({ fact, answered }) =>
    `asks for an AC (PADI)${quoted(" of service", fact("service_name"))}${silence(answered)}`,
  "pado": ({ entry }) => `${acOf(entry)} offers a session (PADO)`,
  "padr": ({ answered }) => `asks the AC for a session (PADR)${silence(answered)}`,
  "ac-refused": ({ entry, fact }) =>
    `${fact("by") === "server" ? "the server" : acOf(entry)} refuses: ${fact("words")}`,
  "refused": ({ mode, fact }) =>
    `this ${mode} drops the packet: ${meaningOf(fact("reason"), DROPS)}`,
  "opened": ({ entry, fact }) =>
    `session ${fact("session")} opened at ${acOf(entry)}, id ${idOf(entry)}`,
  "closed": ({ entry, fact }) =>
    `session${spaced(fact("session"))} closed: ${meaningOf(fact("reason"), SESSION_ENDS)}` +
    byOf(fact("by"), fact("words")) + amountOf(entry),
  "tunnel-lost": ({ fact }) =>
    `tunnel lost, its sessions are held: ${meaningOf(fact("reason"), TUNNEL_ENDS)}` +
    detailOf(fact("detail")),
  "tunnel-closed": ({ fact }) =>
    `tunnel closed: ${meaningOf(fact("reason"), TUNNEL_ENDS)}${detailOf(fact("detail"))}`,
  "tunnel-up": () => "tunnel up; sessions that both sides still have continue",
  "interface-down": ({ fact }) => `interface ${fact("interface")} down`,
  "interface-up": ({ fact }) => `interface ${fact("interface")} up`,
  "drain": ({ entry: { facts } }) =>
    facts.enabled === true ? "drain started: no new sessions" : "drain ended",
  "started": ({ fact }) => `daemon started, version ${fact("version")}`,
};

/** Returns what an entry says; `next` is the customer's entry after it. */
export function wordsOf(mode: Mode, entry: StoryEntry, next: StoryEntry | undefined): string {
  const fact = (key: string): string => printable(String(entry.facts[key] ?? ""));
  return WORDS[entry.kind]({ mode, entry, answered: isAnswered(next), fact });
}

/** The sessions that a customer has now. */
export interface NowOpen {
  readonly session: string;
  readonly state: "open" | "held";
}

/**
 * Returns what to do for the customer with an address: about its open session, or else about how its
 * story ends.
 */
export function adviceOf(
  mode: Mode,
  customer: string,
  entries: readonly StoryEntry[],
  open: readonly NowOpen[],
): string {
  const held = open.find(({ state }) => state === "held");
  if (held !== undefined) {
    return `Session ${held.session} is held until the tunnel returns, for [sessions] resume_grace ` +
      "at most; `pppoe-proxy status` says why the tunnel is down.";
  }
  if (isLoginRefused(entries)) {
    return "Compare user name and password on the customer's router with those of the line.";
  }
  if (open.length > 0) {
    const names = open.map(({ session }) => session).join(", ");
    const verb = open.length === 1 ? "is" : "are";
    return `Nothing: ${names} ${verb} open. If no traffic passes, look at PPP: \`pppoe-proxy capture\`.`;
  }
  const last = entries.findLast(({ kind }) => !OF_ALL.has(kind));
  return last === undefined
    ? "Nothing is known of this customer."
    : adviceAbout(mode, customer, last);
}

/** Whether the last thing that happened is that the AC refused a login, and perhaps hung up. */
function isLoginRefused(entries: readonly StoryEntry[]): boolean {
  const [last, before] = entries.filter(({ kind }) => !OF_ALL.has(kind)).slice(-2).reverse();
  const refusal = last?.kind === "closed" ? before : last;
  return refusal?.kind === "ac-refused" && refusal.facts.answer !== undefined;
}

/** Kinds that concern all customers of a tunnel. */
const OF_ALL: ReadonlySet<StoryKind> = new Set([
  "tunnel-lost",
  "tunnel-closed",
  "tunnel-up",
  "interface-down",
  "interface-up",
  "drain",
  "started",
]);

function adviceAbout(mode: Mode, customer: string, { kind, facts }: StoryEntry): string {
  switch (kind) {
    case "padi":
    case "padr":
      return mode === "server"
        ? "No AC answers: run `pppoe-proxy discover -i INTERFACE` on this machine. If an AC answers " +
          "there, compare the Service-Name that the customer asks for."
        : `Nothing came back through the tunnel: run \`pppoe-proxy why ${customer}\` on the server.`;
    case "pado":
      return "The customer does not take the offer: see the log of its router, which may want " +
        "another AC-Name or Service-Name.";
    case "ac-refused":
      return facts.by === "server"
        ? `Run \`pppoe-proxy why ${customer}\` on the server, which knows the reason.`
        : "See the log of the AC for why it refuses.";
    case "refused":
      return DROPS[String(facts.reason)]?.action ?? "Nothing.";
    case "opened":
      return "Its session has ended unseen, when the daemon was not running; it has not dialled since.";
    default:
      return SESSION_ENDS[facts.reason as keyof typeof SESSION_ENDS]?.action ?? "Nothing.";
  }
}

const DROPS: Readonly<Record<string, Explanation>> = { ...MALFORMED, ...POLICY };

function meaningOf(word: string, words: Readonly<Record<string, Explanation>>): string {
  return Object.hasOwn(words, word) ? `${word}. ${words[word].meaning}` : word;
}

function acOf({ facts }: StoryEntry): string {
  const { ac_name: name, ac_mac: mac } = facts;
  const address = printable(String(mac ?? ""));
  return name === undefined ? `AC ${address}` : `AC "${printable(String(name))}" (${address})`;
}

function isAnswered(next: StoryEntry | undefined): boolean {
  return next !== undefined && (ANSWERS.has(next.kind) || next.kind === "padr");
}

/** What ended a session, and its own words. */
function byOf(by: string, words: string): string {
  if (by === "") return "";
  return ` Ended by: ${by}${words === "" ? "" : `, in its words: ${words}`}.`;
}

function spaced(text: string): string {
  return text === "" ? "" : ` ${text}`;
}

function silence(answered: boolean): string {
  return answered ? "" : "; no answer";
}

function idOf({ facts: { session_id: id } }: StoryEntry): string {
  return typeof id === "number" ? String(id) : "unknown";
}

function quoted(before: string, text: string): string {
  return text === "" ? "" : `${before} "${text}"`;
}

function detailOf(detail: string): string {
  return detail === "" ? "" : ` (${detail})`;
}

function amountOf({ facts }: StoryEntry): string {
  const { duration_s: seconds } = facts;
  return typeof seconds === "number" ? ` It was open for ${Math.round(seconds)} s.` : "";
}
