/** Merges the answers of all threads of a server; the first thread's is first. Pure. */
import type { LastHour, Recently } from "./problem_schema.ts";
import type { ThreadStatus } from "./found_problem.ts";
import { problemsOf } from "./problems.ts";
import type { SessionsQuery } from "./request_schema.ts";
import {
  type Client,
  type Clients,
  type Interface,
  peerOf,
  type Session,
  type Sessions,
  type Status,
  type Tunnel,
} from "./response_schema.ts";

/** At least one answer. */
type All<T> = readonly [T, ...T[]];

/** The status of the whole server; `now` is the time in milliseconds since 1970. */
export function mergeStatus(all: All<ThreadStatus>, now: number): Status {
  const { conditions: _, ...merged } = mergeThreads(all);
  const conditions = all.flatMap((each) => each.conditions);
  return { ...merged, problems: problemsOf({ ...merged, conditions }, now) };
}

function mergeThreads(all: All<ThreadStatus>): ThreadStatus {
  const [own] = all;
  if (all.length === 1) return own;
  return {
    ...own,
    interface: mergeInterfaces(all.map((each) => each.interface)),
    sessions: {
      open: sum(all, ({ sessions }) => sessions.open),
      held: sum(all, ({ sessions }) => sessions.held),
      limit: own.sessions.limit,
    },
    opened_total: sum(all, ({ opened_total }) => opened_total),
    closed_total: mergeTallies(all.map(({ closed_total }) => closed_total)),
    pending_discoveries: sum(all, ({ pending_discoveries }) => pending_discoveries),
    drops: mergeTallies(all.map(({ drops }) => drops)),
    tunnels: mergePeers<Tunnel>(all.map(({ tunnels }) => tunnels)),
    last_hour: mergeLastHours(all.map(({ last_hour }) => last_hour)),
    name_conflicts: all.flatMap(({ name_conflicts }) => name_conflicts),
    warnings: [...new Set(all.flatMap(({ warnings }) => warnings))],
  };
}

/** The clients of the whole server. */
export function mergeClients(all: All<Clients>): Clients {
  const [own] = all;
  if (all.length === 1 || !("clients" in own)) return own;
  const rows = all.map((each) => "clients" in each ? each.clients : []);
  return { clients: mergePeers<Client>(rows) };
}

/** Of each peer, the row of the thread that has, or had, its tunnel or its sessions. */
function mergePeers<Row extends Tunnel | Client>(rows: readonly (readonly Row[])[]): Row[] {
  const byName = new Map<string, Row>();
  for (const row of rows.flat()) {
    const known = byName.get(peerOf(row));
    if (known === undefined || activity(row) > activity(known)) byName.set(peerOf(row), row);
  }
  return [...byName.values()];
}

function activity(row: Tunnel | Client): number {
  const { up, sessions, frames_up, frames_down } = row;
  const had = "connects" in row ? row.connects : frames_up + frames_down;
  return up ? 3 : sessions > 0 ? 2 : had > 0 ? 1 : 0;
}

/** The interface, with the frames of all threads' sockets. */
function mergeInterfaces(all: readonly Interface[]): Interface {
  return {
    ...all[0],
    up: all.every(({ up }) => up),
    received_frames: sum(all, ({ received_frames }) => received_frames),
    received_bytes: sum(all, ({ received_bytes }) => received_bytes),
    sent_frames: sum(all, ({ sent_frames }) => sent_frames),
    sent_bytes: sum(all, ({ sent_bytes }) => sent_bytes),
    kernel_drops: sum(all, ({ kernel_drops }) => kernel_drops),
  };
}

/** The query for each thread's part of a page, any of which may have all of it. */
export function partOfPage(query: SessionsQuery, defaultLimit: number): SessionsQuery {
  const { offset = 0, limit = defaultLimit } = query;
  return { ...query, offset: 0, limit: offset + limit };
}

/** The page of a query from the parts of all threads. */
export function mergeSessions(
  all: All<Sessions>,
  { sort = "opened_at", order, offset = 0, limit }: SessionsQuery,
  defaultLimit: number,
): Sessions {
  const isByName = sort === "client" || sort === "server";
  const sign = (order ?? (isByName ? "asc" : "desc")) === "asc" ? 1 : -1;
  const by = isByName ? byPeer : sort === "bytes" ? byBytes : byAge;
  const sorted = all.flatMap(({ sessions }) => sessions)
    .sort((one, other) => sign * by(one, other));
  return {
    total: sum(all, ({ total }) => total),
    offset,
    sessions: sorted.slice(offset, offset + (limit ?? defaultLimit)),
  };
}

function byAge(one: Session, other: Session): number {
  return Date.parse(one.opened_at) - Date.parse(other.opened_at);
}

function byBytes(one: Session, other: Session): number {
  return one.bytes_up + one.bytes_down - other.bytes_up - other.bytes_down;
}

function byPeer(one: Session, other: Session): number {
  return peerOf(one).localeCompare(peerOf(other)) || one.handle - other.handle;
}

function mergeLastHours(all: readonly LastHour[]): LastHour {
  const kernel = mergeRecent(all.map(({ kernel_drops }) => kernel_drops ? { kernel_drops } : {}));
  return {
    drops: mergeRecent(all.map(({ drops }) => drops)),
    rejected: mergeRecent(all.map(({ rejected }) => rejected)),
    ended: mergeRecent(all.map(({ ended }) => ended)),
    kernel_drops: kernel.kernel_drops ?? null,
  };
}

function mergeRecent(all: readonly Record<string, Recently>[]): Record<string, Recently> {
  const merged: Record<string, Recently> = {};
  for (const [name, one] of all.flatMap((each) => Object.entries(each))) {
    const { count, first_at, last_at } = merged[name] ?? { ...one, count: 0 };
    merged[name] = {
      count: count + one.count,
      first_at: first_at < one.first_at ? first_at : one.first_at,
      last_at: last_at > one.last_at ? last_at : one.last_at,
    };
  }
  return merged;
}

function sum<T>(all: readonly T[], read: (one: T) => number): number {
  return all.reduce((total, one) => total + read(one), 0);
}

function mergeTallies(all: readonly Record<string, number>[]): Record<string, number> {
  const merged: Record<string, number> = {};
  for (const [key, count] of all.flatMap((tally) => Object.entries(tally))) {
    merged[key] = (merged[key] ?? 0) + count;
  }
  return merged;
}
