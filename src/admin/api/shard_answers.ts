/** What a server's further threads answer, when the first one gathers the view of all. */
import type { Daemon } from "../../daemon/daemon.ts";
import { sessionName } from "../../daemon/session_facts.ts";
import { endByAdmin, endStuck, type StuckSession } from "../../proxy/session/session_ends.ts";
import { recentLines } from "../../log.ts";
import { samplesOf } from "../metrics/samples.ts";
import { linesOf, type WantedLines } from "./log_lines.ts";
import type { EndSessionsQuery, SessionsQuery } from "./request_schema.ts";
import { readingsOf, type WantedReadings } from "./history_readings.ts";
import { clientsOf } from "./peers_snapshot.ts";
import { endSessions, findSession, sessionOf, sessionsOf } from "./sessions_snapshot.ts";
import { statusOf } from "./status_snapshot.ts";

/** Every answer can be copied to another thread. */
const ANSWERS = {
  status: (daemon: Daemon) => statusOf(daemon, "read"),
  clients: (daemon: Daemon) => clientsOf(daemon),
  sessions: (daemon: Daemon, query: SessionsQuery) => sessionsOf(daemon, query),
  session(daemon: Daemon, name: string) {
    const session = findSession(daemon, name);
    return session && sessionOf(daemon, session);
  },
  /** Ends a session; returns its name, or undefined if it does not exist here. */
  end(daemon: Daemon, name: string) {
    const session = findSession(daemon, name);
    if (session === undefined) return undefined;
    endByAdmin(daemon.proxy.sessions, session.peer, session.handle);
    return sessionName(session);
  },
  /** Ends all sessions that match; returns their names. */
  endAll: (daemon: Daemon, query: EndSessionsQuery) => endSessions(daemon, query),
  stuck: ({ proxy }: Daemon, stuck: StuckSession) => endStuck(proxy.sessions, stuck),
  metrics: (daemon: Daemon) => samplesOf(daemon),
  lines: ({ shard }: Daemon, wanted: WantedLines) => linesOf(recentLines, wanted, shard),
  readings: (daemon: Daemon, wanted: WantedReadings) => readingsOf(daemon, wanted),
  minute: (daemon: Daemon, step: number) => daemon.historyMinute(step),
};

type Answers = typeof ANSWERS;
/** The name of a question. */
export type Question = keyof Answers;
type Argument<Q extends Question> = Parameters<Answers[Q]>[1];
type Answer<Q extends Question> = Awaited<ReturnType<Answers[Q]>>;

/** Answers a question of the first thread. Throws TypeError for an unknown one. */
export function answer(daemon: Daemon, question: string, argument: unknown): unknown {
  if (!Object.hasOwn(ANSWERS, question)) throw new TypeError(`Unknown question "${question}"`);
  const answer = ANSWERS[question as Question] as (daemon: Daemon, argument: unknown) => unknown;
  return answer(daemon, argument);
}

/** Returns this thread's answer, and those of all further threads. */
export async function answersOf<Q extends Question>(
  daemon: Daemon,
  question: Q,
  argument: Argument<Q>,
): Promise<[Answer<Q>, ...Answer<Q>[]]> {
  const others = await daemon.shards?.ask(question, argument) ?? [];
  return [await answer(daemon, question, argument) as Answer<Q>, ...others as Answer<Q>[]];
}
