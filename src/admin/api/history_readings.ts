import { configuredPeers } from "../../config/configured_peers.ts";
import type { Daemon } from "../../daemon/daemon.ts";
import { handleIn, sessionPrefixes } from "../../daemon/session_facts.ts";
import type { Plan, Reading } from "../../history/reading.ts";
import { findSession } from "./sessions_snapshot.ts";

/** Names of subjects: clients and sessions, or neither for everything. */
export interface WantedReadings {
  readonly plan: Plan;
  readonly clients?: readonly string[];
  readonly sessions?: readonly string[];
}

/** Reads this thread's history of each subject; undefined for one that it does not have. */
export function readingsOf(
  daemon: Daemon,
  { plan, clients, sessions }: WantedReadings,
): (Reading | undefined)[] {
  const { history } = daemon;
  if (clients !== undefined) return clients.map((client) => history.read({ client }, plan));
  if (sessions !== undefined) return sessions.map((name) => readSession(daemon, name, plan));
  return [history.read({}, plan)];
}

/** A session that has ended is found by its name. */
function readSession(daemon: Daemon, name: string, plan: Plan): Reading | undefined {
  const { history } = daemon;
  const session = findSession(daemon, name);
  if (session !== undefined) return history.readSession(session, plan);
  const config = daemon.config();
  const servers = config.mode === "client" ? configuredPeers(config) : [];
  for (const client of servers) {
    const handle = handleIn(name, sessionPrefixes(config, client));
    if (handle !== undefined) return history.read({ client, handle }, plan);
  }
  const [, client = "", handle = ""] = /^(.*)\.(\d{1,5})$/s.exec(name) ?? [];
  return history.read({ client: decoded(client), handle: Number(handle) }, plan);
}

/** Decodes a part of a session's name; one that is not encoded stays as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
