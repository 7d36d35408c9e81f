import {
  type PastSession,
  PastSessions,
  Session,
  Sessions,
} from "../../admin/api/response_schema.ts";
import { MAX_PAGE } from "../../admin/api/request_schema.ts";
import { type AdminClient, type Query } from "./admin_client.ts";
import { showBytes, showDelay, showSpan } from "../terminal/amounts.ts";
import { type Arguments, UsageError } from "../arguments.ts";
import { openDaemon } from "./ask_daemon.ts";
import { describePast, pastQuery, sessionsCsv } from "./past_sessions.ts";
import { blocks, type Column, table } from "../terminal/columns.ts";
import { printLine } from "../terminal/output.ts";
import { type Paint, stdoutPaint } from "../terminal/style.ts";
import * as v from "valibot";

const LIVE: readonly Column[] = [
  { title: "SESSION" },
  { title: "CUSTOMER" },
  { title: "AC" },
  { title: "SESSION ID", right: true },
  { title: "STATE" },
  { title: "OPEN FOR", right: true },
  { title: "UP", right: true },
  { title: "DOWN", right: true },
  { title: "AC RTT", right: true },
  { title: "AC NAME" },
];

/** `sessions`: lists current or past sessions; `sessions SESSION`: shows one session in detail. */
export async function sessionsCommand(args: Arguments): Promise<number> {
  using client = await openDaemon(args);
  const [name] = args.positionals;
  const json = args.switches.has("json");
  if (name !== undefined) {
    const session = await client.json({ path: sessionPath(name) }, Session);
    const lines = describeSession(session, stdoutPaint(), Date.now());
    await printLine(json ? JSON.stringify(session) : lines.join("\n"));
    return 0;
  }
  const past = args.switches.has("past");
  const format = json ? "json" : args.values.get("format");
  const found = await collect(client, args, past ? PastSessions : Sessions);
  if (format === "json") return await printLine(JSON.stringify(found)).then(() => 0);
  const now = Date.now();
  const lines = format === "csv"
    ? sessionsCsv(found.sessions)
    : past
    ? describePast(found.sessions as PastSession[], stdoutPaint(), now)
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

/** Fetches all pages of the sessions that the options select, as one page. */
async function collect(
  client: AdminClient,
  args: Arguments,
  schema: v.GenericSchema<unknown, Page<Session> | Page<PastSession>>,
): Promise<Page<Session | PastSession>> {
  const { values } = args;
  const offset = wholeNumber(values, "offset") ?? 0;
  const limit = wholeNumber(values, "limit") ?? Infinity;
  const query: Query = {
    client: values.get("client"),
    server: values.get("server"),
    mac: values.get("mac"),
    state: values.get("state"),
    "session_id": wholeNumber(values, "session-id"),
    sort: values.get("sort"),
    order: values.get("order"),
    ...pastQuery(args, Date.now()),
  };
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

/**
 * Parses an option as a whole number; undefined if it is absent, throws UsageError for other text.
 */
export function wholeNumber(
  values: ReadonlyMap<string, string>,
  name: string,
): number | undefined {
  const text = values.get(name);
  if (text === undefined) return undefined;
  if (/^(0x[0-9a-f]{1,8}|\d{1,9})$/i.test(text)) return Number(text);
  throw new UsageError(`Cannot use "${text}" for --${name}: use a whole number`);
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
  return table(LIVE, rows, paint);
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
