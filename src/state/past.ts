/** Past sessions, wherever they are kept. */
import type { Mac } from "../pppoe/mac.ts";
import type { Counters, SessionRecord } from "./record.ts";

/** A session that has ended. */
export interface PastSession extends Readonly<Counters> {
  /** The client's name on the server; the server's address on the client. */
  readonly peer: string;
  readonly customer: Mac;
  readonly concentrator: Mac;
  readonly acSessionId: number;
  /** What the AC and its service call themselves; empty where it was not said. */
  readonly acName: string;
  readonly serviceName: string;
  /** Wall clock, milliseconds. */
  readonly openedAt: number;
  readonly closedAt: number;
  /** Why it ended: `padt-ac`, `idle`, … */
  readonly end: string;
}

/** Which past sessions are wanted; what is left out does not restrict. */
export interface PastQuery {
  readonly peer?: string | undefined;
  /** The customer's or the AC's. */
  readonly mac?: Mac | undefined;
  readonly acSessionId?: number | undefined;
  /** At most so many; 100 unless told. */
  readonly limit?: number | undefined;
  /** So many newer ones are passed over. */
  readonly offset?: number | undefined;
}

/** The last past sessions. */
export interface PastSessions {
  /** Those that are wanted, newest first. Throws `StateError` where a store cannot be read. */
  query(query?: PastQuery): PastSession[];
  /** How many are wanted, whatever `limit` and `offset`. Throws `StateError` likewise. */
  count(query?: PastQuery): number;
}

/** Past sessions of one answer unless told. */
export const DEFAULT_LIMIT = 100;

/** Whether a session is wanted, pages aside. */
export function isWanted(past: PastSession, { peer, mac, acSessionId }: PastQuery): boolean {
  return (peer === undefined || past.peer === peer) &&
    (mac === undefined || past.customer === mac || past.concentrator === mac) &&
    (acSessionId === undefined || past.acSessionId === acSessionId);
}

/** A session as it is remembered. */
export function pastSession(
  record: SessionRecord,
  end: string,
  closedAt: number,
  counters: Readonly<Counters>,
): PastSession {
  const { peer, customer, concentrator, acSessionId, acName, serviceName, openedAt } = record;
  const { framesFromWire, bytesFromWire, framesToWire, bytesToWire } = counters;
  return {
    ...{ peer, customer, concentrator, acSessionId, acName, serviceName, openedAt, closedAt, end },
    ...{ framesFromWire, bytesFromWire, framesToWire, bytesToWire },
  };
}
