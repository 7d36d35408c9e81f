/** Past sessions, whether kept in a store or in memory. */
import type { Mac } from "../pppoe/mac.ts";
import type { Counters, SessionRecord } from "./record.ts";

/** A session that has ended. */
export interface PastSession extends Readonly<Counters> {
  /** The client's name on the server; the server's address on the client. */
  readonly peer: string;
  readonly customer: Mac;
  readonly concentrator: Mac;
  readonly acSessionId: number;
  /** Names of the AC and of the service; empty if not given. */
  readonly acName: string;
  readonly serviceName: string;
  /** Wall clock, milliseconds. */
  readonly openedAt: number;
  readonly closedAt: number;
  /** Why it ended: `padt-ac`, `idle`, … */
  readonly end: string;
}

/** Selects past sessions; an omitted field does not restrict. */
export interface PastQuery {
  readonly peer?: string | undefined;
  /** The customer's or the AC's address. */
  readonly mac?: Mac | undefined;
  readonly acSessionId?: number | undefined;
  /** Ended at this time or later, and at this time or earlier: wall clock, milliseconds. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Why it ended. */
  readonly end?: string | undefined;
  /** Maximum number of results; default 100. */
  readonly limit?: number | undefined;
  /** Number of newer results to skip. */
  readonly offset?: number | undefined;
}

/** The most recent past sessions. */
export interface PastSessions {
  /**
   * Returns the matching sessions, newest first. Throws `StateError` if the store cannot be read.
   */
  query(query?: PastQuery): PastSession[];
  /**
   * Returns the number of matching sessions, regardless of `limit` and `offset`. Throws
   * `StateError` if the store cannot be read.
   */
  count(query?: PastQuery): number;
}

/** Default number of past sessions in a result. */
export const DEFAULT_LIMIT = 100;

/** Whether a session matches a query, regardless of pages. */
export function isWanted(past: PastSession, query: PastQuery): boolean {
  const { peer, mac, acSessionId, from, to, end } = query;
  return (peer === undefined || past.peer === peer) &&
    (mac === undefined || past.customer === mac || past.concentrator === mac) &&
    (acSessionId === undefined || past.acSessionId === acSessionId) &&
    (from === undefined || past.closedAt >= from) && (to === undefined || past.closedAt <= to) &&
    (end === undefined || past.end === end);
}

/** Builds the record of an ended session. */
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
