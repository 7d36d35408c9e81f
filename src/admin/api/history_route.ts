// deno-lint-ignore-file camelcase -- keys are those of the JSON
import type { Daemon } from "../../daemon/daemon.ts";
import type { HistoryEvent } from "../../history/events.ts";
import { stepOf } from "../../history/timelines.ts";
import { type Plan, type Reading, valuesOf } from "../../history/reading.ts";
import type { Route } from "../http/route.ts";
import { refuse } from "../http/problem.ts";
import { decoded, type WantedReadings } from "./history_readings.ts";
import { peerNames } from "./peers_snapshot.ts";
import { answersOf } from "./shard_answers.ts";
import { joinedReadings } from "./joined_readings.ts";
import * as asks from "./request_schema.ts";
import { History } from "./history_schema.ts";
import { wantedPeer } from "./wanted_peer.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Room for an hour in steps of 10 s. */
const DEFAULT_POINTS = 400;
/** Maximum number of events in an answer. */
const MAX_EVENTS = 500;

/** Returns what was carried, and the events of that time. */
export const HISTORY: Route = {
  method: "get",
  path: "/api/v1/history",
  summary: "Traffic of the last 24 hours in all or of a client, or of the last hour of a session",
  query: asks.HistoryQuery,
  answers: {
    200: {
      description: "The history; with format=csv its values as text/csv",
      schema: History,
    },
  },
  async handle(daemon, { query, context }) {
    const wanted = query as asks.HistoryQuery;
    const answer = await historyOf(daemon, wanted, Date.now());
    if (wanted.format !== "csv") return answer;
    return context.body(csvOf(answer), 200, { "content-type": "text/csv; charset=utf-8" });
  },
};

async function historyOf(
  daemon: Daemon,
  query: asks.HistoryQuery,
  now: number,
): Promise<History> {
  const client = wantedPeer(daemon.config().mode, query);
  const { session, points = DEFAULT_POINTS } = query;
  if (client !== undefined && session !== undefined) {
    refuse(400, "Give either a session or its client, not both");
  }
  const { from, to } = rangeOf(query, now);
  const plan = daemon.history.plan({ from, to, points }, now, session !== undefined);
  const [kept] = await joinedReadings(daemon, wantedOf(plan, client, session));
  const reading = kept ?? await emptyReading(daemon, plan, client, session);
  const step = stepOf(plan) * plan.merge;
  const begin = plan.first * stepOf(plan);
  const end = begin + plan.points * step;
  return {
    ...(query.client !== undefined && { client: query.client }),
    ...(query.server !== undefined && { server: query.server }),
    ...(session !== undefined && { session }),
    from: new Date(begin).toISOString(),
    to: new Date(end).toISOString(),
    step_seconds: step / 1_000,
    ...columnsOf(reading),
    events: eventsOf(daemon.history.events.between(begin, end), client, session),
  };
}

/** Of a client that has had no tunnel yet, or of a session that has just opened. */
async function emptyReading(
  daemon: Daemon,
  plan: Plan,
  client: string | undefined,
  session: string | undefined,
): Promise<Reading> {
  const isKnown = session === undefined
    ? peerNames(daemon).includes(client ?? "")
    : (await answersOf(daemon, "session", session)).some((answer) => answer !== undefined);
  if (!isKnown) refuse(404, unknown(client, session));
  return { covered: new Float64Array(plan.points), columns: [] };
}

/** The time that is wanted, within the last 24 hours. */
function rangeOf(query: asks.HistoryQuery, now: number): { from: number; to: number } {
  const to = Math.min(query.to ?? now, now);
  const from = Math.max(query.from ?? to - HOUR, now - DAY);
  if (from < to) return { from, to };
  return refuse(400, `"from" must be before "to", and both in the last 24 hours`);
}

function wantedOf(
  plan: Plan,
  client: string | undefined,
  session: string | undefined,
): WantedReadings {
  if (session !== undefined) return { plan, sessions: [session] };
  return client === undefined ? { plan } : { plan, clients: [client] };
}

function unknown(client: string | undefined, session: string | undefined): string {
  return session === undefined
    ? `No history of "${client}"; it is not configured`
    : `No history of the session "${session}"; it never existed, or ended more than an hour ago`;
}

function columnsOf(
  reading: Reading,
): Omit<History, "from" | "to" | "step_seconds" | "events"> {
  return {
    bytes_up_per_second: valuesOf(reading, "bytesUp"),
    bytes_down_per_second: valuesOf(reading, "bytesDown"),
    frames_up_per_second: valuesOf(reading, "framesUp"),
    frames_down_per_second: valuesOf(reading, "framesDown"),
    sessions_open: valuesOf(reading, "sessionsOpen"),
    sessions_held: valuesOf(reading, "sessionsHeld"),
    rtt_seconds: valuesOf(reading, "roundTrip").map((time) => time === null ? null : time / 1_000),
    drops: valuesOf(reading, "drops"),
  };
}

/** Those of the daemon, and those of the subject. */
function eventsOf(
  events: readonly HistoryEvent[],
  client: string | undefined,
  session: string | undefined,
): History["events"] {
  const name = client ?? (session && decoded(session.slice(0, session.lastIndexOf("."))));
  const isWanted = ({ facts }: HistoryEvent): boolean => {
    const peer = facts.client ?? facts.server;
    if (session !== undefined && facts.session !== undefined) return facts.session === session;
    return name === undefined || peer === undefined || peer === name;
  };
  return events.filter(isWanted).slice(-MAX_EVENTS).map(({ time, kind, facts }) => ({
    time: new Date(time).toISOString(),
    kind,
    ...facts,
  }));
}

/** The values of a history as comma-separated values (RFC 4180); a missing one is empty. */
function csvOf({ from, step_seconds, events: _events, ...rest }: History): string {
  const columns = Object.entries(rest).filter(([, values]) => Array.isArray(values)) as [
    string,
    (number | null)[],
  ][];
  const begin = Date.parse(from);
  const rows = columns[0][1].map((_, point) => [
    new Date(begin + point * step_seconds * 1_000).toISOString(),
    ...columns.map(([, values]) => values[point] ?? ""),
  ]);
  const lines = [["time", ...columns.map(([name]) => name)], ...rows];
  return lines.map((row) => `${row.join(",")}\r\n`).join("");
}
