import { Claims } from "./claims.ts";
import type { DiscoveryOutlet } from "./discovery_sender.ts";
import { Orphans } from "./orphans.ts";
import type { ProxyOptions } from "./proxy_options.ts";
import { ClosedPlaces } from "./closed_places.ts";
import { RequestsUnderWay } from "./requests_under_way.ts";
import type { Session } from "./session.ts";
import { AC_HEARD, COUNTERS, type SessionTable } from "./session_table.ts";

/** Dependencies for ending the sessions of an earlier process. */
export type EarlierOptions = Pick<ProxyOptions, "now" | "later" | "isHostSession">;

/**
 * Tracks what remains of ended sessions, and of the sessions of an earlier process, about which
 * less is certain than about our own.
 */
export class EarlierSessions {
  /** PADRs on the wire. */
  readonly requests: RequestsUnderWay;
  /** Sessions being ended on the wire. */
  readonly orphans: Orphans;
  /** Sessions that existed according to the other proxy. */
  readonly claims: Claims;
  /** Places on the wire where the host may still answer a session's end. */
  readonly closed: ClosedPlaces;
  #table: SessionTable;
  #now: () => number;
  /** Restored sessions, and when; not yet heard from their host on the wire. */
  #unheard = new Map<Session, number>();

  constructor(options: EarlierOptions, table: SessionTable, outlet: DiscoveryOutlet) {
    this.#table = table;
    this.#now = options.now;
    this.requests = new RequestsUnderWay(options.now);
    this.claims = new Claims(options.now);
    this.closed = new ClosedPlaces(options.now);
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

  /** Handles a frame of no open session: its host believes in one, which may have been ours. */
  stray(view: DataView, at: number): void {
    const orphan = this.claims.take(view, at);
    if (orphan !== undefined) this.orphans.end(orphan);
  }

  /** Records a session restored next to its AC. */
  restored(session: Session): void {
    this.#unheard.set(session, this.#now());
  }

  /**
   * Ends a session towards its host on the wire; returns false if the caller should send the PADT
   * itself. The AC of a restored session may have ended it while no proxy listened, and may have
   * given its id to another.
   */
  endAsOrphan(session: Session): boolean {
    this.closed.add(session);
    const at = this.#unheard.get(session);
    if (at === undefined) return false;
    this.#unheard.delete(session);
    if (this.#table.counters[session.index * COUNTERS + AC_HEARD] > at) return false;
    const { remote, local, wireSessionId: sessionId } = session;
    this.orphans.end({ remote, local, sessionId }, session.peer.name);
    return true;
  }
}
