/** `sessions --past`: ended sessions. */
import { PastSession, peerOf, type Session } from "../../admin/api/response_schema.ts";
import { SESSION_ENDS } from "../../messages/session_ends.ts";
import { showBytes, showSpan } from "../terminal/amounts.ts";
import { type Arguments, oneOf, UsageError } from "../arguments.ts";
import { readTime } from "../read_time.ts";
import { type Column, table } from "../terminal/columns.ts";
import { csvLines } from "../terminal/csv.ts";
import { offsetName, showTime } from "../terminal/local_time.ts";
import { outputWidth } from "../terminal/screen_size.ts";
import type { Paint } from "../terminal/style.ts";
import type { Query } from "./admin_client.ts";

/** What a session is of: a client on a server, a server on a client. */
export type PeerKey = "client" | "server";

/** The columns between the client or server and the time, and those after it. */
const BEFORE: readonly Column[] = [
  { title: "CUSTOMER" },
  { title: "AC", rank: 1 },
  { title: "SESSION ID", right: true, rank: 2 },
];
const AFTER: readonly Column[] = [
  { title: "LASTED", right: true },
  { title: "UP", right: true, rank: 3 },
  { title: "DOWN", right: true, rank: 3 },
  { title: "REASON" },
];

/** The options that select ended sessions, as parts of a query; throws UsageError. */
export function pastQuery({ values, switches }: Arguments, now: number): Query {
  const [since, until, reason] = ["since", "until", "reason"].map((name) => values.get(name));
  if (!switches.has("past")) {
    const given = ["since", "until", "reason"].find((name) => values.has(name));
    if (given === undefined) return {};
    throw new UsageError(`Option "--${given}" selects ended sessions; add --past`);
  }
  if (reason !== undefined) oneOf(reason, Object.keys(SESSION_ENDS).join("|"), "--reason");
  const time = (text: string | undefined, name: string): string | undefined =>
    text === undefined ? undefined : new Date(readTime(text, name, now)).toISOString();
  return { past: true, from: time(since, "since"), to: time(until, "until"), reason };
}

/** Formats ended sessions as a table, with local times. */
export function describePast(
  list: readonly PastSession[],
  paint: Paint,
  now: number,
  peer: PeerKey,
): string[] {
  const rows = list.map((session) => [
    peerOf(session),
    session.customer_mac,
    session.ac_mac,
    String(session.session_id),
    showTime(Date.parse(session.closed_at)),
    showSpan((Date.parse(session.closed_at) - Date.parse(session.opened_at)) / 1_000),
    showBytes(session.bytes_up),
    showBytes(session.bytes_down),
    session.reason,
  ]);
  const title = peer.toUpperCase();
  const closed = { title: `CLOSED (${offsetName(now)})` };
  return table([{ title }, ...BEFORE, closed, ...AFTER], rows, paint, outputWidth());
}

/**
 * Formats sessions as comma-separated values, with the keys and times of the admin API; the columns
 * are the same whatever is in the list.
 */
export function sessionsCsv(
  list: readonly Readonly<Record<string, unknown>>[],
  { entries }: typeof Session | typeof PastSession,
  peer: PeerKey,
): string[] {
  const others = ["sparkline", peer === "client" ? "server" : "client"];
  return csvLines(Object.keys(entries).filter((key) => !others.includes(key)), list);
}
