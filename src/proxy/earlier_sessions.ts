import { Claims } from "./claims.ts";
import type { DiscoveryOutlet } from "./discovery_outlet.ts";
import { Orphans } from "./orphans.ts";
import type { ProxyOptions } from "./proxy_options.ts";
import { PartedPlaces } from "./parted_places.ts";
import { RequestsUnderWay } from "./requests_under_way.ts";
import type { Session } from "./session.ts";
import { AC_HEARD, COUNTERS, type SessionTable } from "./session_table.ts";

/** What the sessions of an earlier process are ended with. */
export type EarlierOptions = Pick<ProxyOptions, "now" | "later" | "isHostSession">;

/**
 * What is left of sessions that have ended, and of those of an earlier process, of which nobody can be
 * as sure as of our own.
 */
export class EarlierSessions {
  /** PADRs on the wire. */
  readonly requests: RequestsUnderWay;
  /** Sessions that end on the wire. */
  readonly orphans: Orphans;
  /** Sessions that the far proxy says there were. */
  readonly claims: Claims;
  /** Where the peer on the wire may still answer the end of a session. */
  readonly parted: PartedPlaces;
  #table: SessionTable;
  #now: () => number;
  /** Sessions that were put back, by when; their peer on the wire has not been heard since. */
  #unheard = new Map<Session, number>();

  constructor(options: EarlierOptions, table: SessionTable, outlet: DiscoveryOutlet) {
    this.#table = table;
    this.#now = options.now;
    this.requests = new RequestsUnderWay(options.now);
    this.claims = new Claims(options.now);
    this.parted = new PartedPlaces(options.now);
    this.orphans = new Orphans({
      now: options.now,
      later: options.later,
      send: ({ remote, local, sessionId }) => outlet.refuse(remote, local, sessionId),
      isTaken: ({ remote, local, sessionId }) =>
        table.find(remote, local, sessionId) >= 0 ||
        options.isHostSession?.(remote, sessionId, true) === true,
      isAsked: ({ remote, local }) => this.requests.isOpen(remote, local),
    });
  }

  /** A frame of no open session: its peer believes in one, which may have been ours. */
  stray(view: DataView, at: number): void {
    const orphan = this.claims.take(view, at);
    if (orphan !== undefined) this.orphans.end(orphan);
  }

  /** A session was put back beside its AC. */
  restored(session: Session): void {
    this.#unheard.set(session, this.#now());
  }

  /**
   * A session ends whose peer on the wire is to be told; false for one that the caller can tell of.
   * The AC of a session that was put back may have ended it while nobody listened, and may have given
   * its id away.
   */
  takeLeave(session: Session): boolean {
    this.parted.add(session);
    const at = this.#unheard.get(session);
    if (at === undefined) return false;
    this.#unheard.delete(session);
    if (this.#table.counters[session.index * COUNTERS + AC_HEARD] > at) return false;
    const { remote, local, wireSessionId: sessionId } = session;
    this.orphans.end({ remote, local, sessionId });
    return true;
  }
}
