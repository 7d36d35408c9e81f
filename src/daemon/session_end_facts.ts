/** What the log and the events say about the end of a session. */
import type { LoginRefusal } from "../pppoe/authentication.ts";
import { errorText, isErrorTag } from "../pppoe/error_tags.ts";
import { readTags, type Tag } from "../pppoe/tags.ts";
import { tagName } from "../pppoe/constants.ts";
import { printable } from "../printable.ts";
import type { EndDetail, EndSide, Session, SessionEnd } from "../proxy/session/session.ts";
import type { SessionTable } from "../proxy/session/session_table.ts";
import { tenths } from "./outages.ts";
import { sessionFacts } from "./session_facts.ts";
import { countersOf } from "./session_record.ts";

/** What ended a session: a host, an operator, or a side of the tunnel. */
export type EndedBy = "customer" | "ac" | "admin" | EndSide;

/** Ends that always begin at the same place; all others begin on the side that ended it. */
const ALWAYS: Readonly<Partial<Record<SessionEnd, EndedBy>>> = {
  "ac-address": "server",
  "admin": "admin",
  "client-removed": "server",
  "padt-ac": "ac",
  "padt-customer": "customer",
  "replaced": "ac",
  "server-changed": "client",
};

/** Returns what ended a session. */
export function endedBy(end: SessionEnd, { side, host }: EndDetail): EndedBy {
  return host ?? ALWAYS[end] ?? side;
}

/** Maximum length of a host's own words, in characters. */
const MAX_WORDS = 200;

/**
 * Returns the error tags in a packet's tags with their texts, on one line, printable and bounded:
 * `Generic-Error "RP-PPPoE: client shut down"`; undefined if there are none.
 */
export function errorWords(tags: Uint8Array | readonly Tag[]): string | undefined {
  const list = tags instanceof Uint8Array ? readTags(tags) : tags;
  if (typeof list === "string") return undefined;
  const words = list.filter(isErrorTag).map((tag) => {
    const text = errorText(tag);
    return text === "" ? tagName(tag.type) : `${tagName(tag.type)} ${JSON.stringify(text)}`;
  });
  return words.length === 0 ? undefined : printable(words.join(", ")).slice(0, MAX_WORDS);
}

/** Returns an AC's words for a login that it refused. */
export function loginWords({ protocol, text }: LoginRefusal): string {
  const said = text === "" ? "" : `: ${JSON.stringify(text)}`;
  return printable(`login refused (${protocol})${said}`).slice(0, MAX_WORDS);
}

type Mode = "server" | "client";

/** Returns a session's facts with the names that its AC gave. */
export function openedFacts(mode: Mode, session: Session): Record<string, string | number> {
  const { ac, service } = session.names;
  return {
    ...sessionFacts(mode, session),
    ...(ac !== "" && { "ac_name": printable(ac) }),
    ...(service !== "" && { service: printable(service) }),
  };
}

/**
 * Returns why and how a session has ended: `side` is the side of the tunnel where it ended first,
 * `words` are the host's own, `bytes_up` went from the customer to the AC. `time` is the clock of
 * `openedAt`.
 */
export function closedFacts(
  mode: Mode,
  session: Session,
  reason: SessionEnd,
  detail: EndDetail,
  table: SessionTable,
  time: number,
): Record<string, string | number> {
  const { bytesFromWire, bytesToWire } = countersOf(table, session);
  const [up, down] = mode === "client"
    ? [bytesFromWire, bytesToWire]
    : [bytesToWire, bytesFromWire];
  const words = errorWords(detail.tags);
  return {
    ...{ reason, by: endedBy(reason, detail), side: detail.side },
    ...(words !== undefined && { words }),
    ...openedFacts(mode, session),
    "duration_s": tenths(time - session.openedAt),
    ...{ "bytes_up": up, "bytes_down": down },
  };
}
