import {
  PastSession,
  PastSessions,
  Session,
  Sessions,
  Status,
} from "../../admin/api/response_schema.ts";
import { MAX_PAGE, SessionsQuery } from "../../admin/api/request_schema.ts";
import { type AdminClient, type Query } from "./admin_client.ts";
import { showBytes, showDelay, showSpan } from "../terminal/amounts.ts";
import { type Arguments, UsageError } from "../arguments.ts";
import { openDaemon } from "./ask_daemon.ts";
import { validQuery, wholeNumber } from "./option_values.ts";
import { describePast, pastQuery, type PeerKey, sessionsCsv } from "./past_sessions.ts";
import { blocks, type Column, table } from "../terminal/columns.ts";
import { printLine } from "../terminal/output.ts";
import { outputWidth } from "../terminal/screen_size.ts";
import { type Paint, stdoutPaint } from "../terminal/style.ts";
import * as v from "valibot";

const LIVE: readonly Column[] = [
  { title: "SESSION" },
  { title: "CUSTOMER" },
  { title: "AC", rank: 3 },
  { title: "SESSION ID", right: true, rank: 4 },
  { title: "STATE" },
  { title: "OPEN FOR", right: true },
  { title: "UP", right: true },
  { title: "DOWN", right: true },
  { title: "AC RTT", right: true, rank: 1 },
  { title: "AC NAME", rank: 2 },
];

/** `sessions`: lists current or past sessions; `sessions SESSION`: shows one session in detail. */
export async function sessionsCommand(args: Arguments): Promise<number> {
  const [name] = args.positionals;
  const json = args.switches.has("json");
  const query = sessionsQuery(args);
  using client = await openDaemon(args);
  if (name !== undefined) {
    const session = await client.json({ path: sessionPath(name) }, Session);
    const lines = describeSession(session, stdoutPaint(), Date.now());
    await printLine(json ? JSON.stringify(session) : lines.join("\n"));
    return 0;
  }
  const past = args.switches.has("past");
  const format = json ? "json" : args.values.get("format");
  const found = await collect(client, args.values, query, past ? PastSessions : Sessions);
  if (format === "json") return await printLine(JSON.stringify(found)).then(() => 0);
  const now = Date.now();
  const peer = await peerKeyOf(client, found.sessions);
  const lines = format === "csv"
    ? sessionsCsv(found.sessions, past ? PastSession : Session, peer)
    : past
    ? describePast(found.sessions as PastSession[], stdoutPaint(), now, peer)
    : describeSessions(found.sessions as Session[], stdoutPaint(), now);
  await printLine(lines.join("\n"));
  return 0;
}

/** API path of the session of this name. */
export function sessionPath(name: string): string {
  return `/api/v1/sessions/${encodeURIComponent(name)}`;
}

interface Page<S> {
  total: number;
  offset: number;
  sessions: S[];
}

/** What the sessions of a daemon are of; only an empty list does not show it. */
async function peerKeyOf(
  client: AdminClient,
  [first]: readonly (Session | PastSession)[],
): Promise<PeerKey> {
  if (first !== undefined) return first.server === undefined ? "client" : "server";
  const request = { path: "/api/v1/status", query: { brief: true } };
  const { mode } = await client.json(request, Status);
  return mode === "server" ? "client" : "server";
}

/** The options that select and sort sessions, as a query; throws UsageError. */
function sessionsQuery(args: Arguments): Query {
  const { values, switches } = args;
  if (switches.has("past") && values.has("state")) {
    throw new UsageError('Option "--state" selects current sessions; leave out --past');
  }
  if (wholeNumber(values, "limit") === 0) {
    throw new UsageError(
      'Cannot use "0" for --limit: use a number from 1, or leave it out for all',
    );
  }
  const query = {
    client: values.get("client"),
    server: values.get("server"),
    mac: values.get("mac"),
    state: values.get("state"),
    "session_id": wholeNumber(values, "session-id"),
    sort: values.get("sort"),
    order: values.get("order"),
    offset: wholeNumber(values, "offset") ?? 0,
    ...pastQuery(args, Date.now()),
  };
  return validQuery(SessionsQuery, query, { from: "since", to: "until" });
}

/** Fetches all pages of the sessions that the options select, as one page. */
async function collect(
  client: AdminClient,
  values: Arguments["values"],
  query: Query,
  schema: v.GenericSchema<unknown, Page<Session> | Page<PastSession>>,
): Promise<Page<Session | PastSession>> {
  const offset = Number(query.offset);
  const limit = wholeNumber(values, "limit") ?? Infinity;
  const sessions: (Session | PastSession)[] = [];
  for (let total = 0;;) {
    const size = Math.min(MAX_PAGE, limit - sessions.length);
    const page = { ...query, limit: size, offset: offset + sessions.length };
    const answer = await client.json({ path: "/api/v1/sessions", query: page }, schema);
    sessions.push(...answer.sessions);
    total = answer.total;
    if (answer.sessions.length < size || sessions.length >= limit) {
      return { total, offset, sessions };
    }
  }
}

function since(time: string, now: number): string {
  return showSpan((now - Date.parse(time)) / 1_000);
}

/** Formats open and held sessions as a table; `now` is the time in milliseconds since 1970. */
function describeSessions(list: readonly Session[], paint: Paint, now: number): string[] {
  const rows = list.map((session) => [
    session.session,
    session.customer_mac,
    session.ac_mac,
    String(session.session_id),
    session.state,
    since(session.opened_at, now),
    showBytes(session.bytes_up),
    showBytes(session.bytes_down),
    showDelay(session.ac_rtt_seconds) || "-",
    session.ac_name ?? "-",
  ]);
  return table(LIVE, rows, paint, outputWidth());
}

function describeSession(session: Session, paint: Paint, now: number): string[] {
  return blocks([{
    title: "session",
    name: session.session,
    facts: [
      ["client", session.client ?? ""],
      ["server", session.server ?? ""],
      ["state", `${session.state}, for ${since(session.opened_at, now)}`],
      ["customer", session.customer_mac],
      ["access concentrator", session.ac_mac],
      ["ac name", session.ac_name ?? ""],
      ["service name", session.service_name ?? ""],
      ["session id at the ac", String(session.session_id)],
      ["session id on this wire", String(session.wire_session_id)],
      ["ac round trip", showDelay(session.ac_rtt_seconds)],
      ["ac silent for", showSpan(session.idle_seconds)],
      ["up", `${session.frames_up} frames, ${showBytes(session.bytes_up)}`],
      ["down", `${session.frames_down} frames, ${showBytes(session.bytes_down)}`],
    ],
  }], paint);
}
