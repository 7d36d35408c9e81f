import type { Journal } from "../state/journal.ts";
import type { Counters, JournalledSession, SessionRecord } from "../state/record.ts";
import type { Proxy } from "./proxy.ts";
import type { Session, SessionEnd } from "./session.ts";
import { COUNTERS } from "./session_table.ts";

/** What a keeper is made of. */
export interface KeeperOptions {
  journal: Journal;
  /** How often the counters of open sessions are saved. Milliseconds. */
  interval: number;
  /** Milliseconds of the steady clock of sessions. */
  now: () => number;
  /** Wall clock, milliseconds. */
  wallClock: () => number;
}

/** Keeps a proxy's sessions in a journal, and puts those of an earlier process back. */
export class SessionKeeper {
  readonly #options: KeeperOptions;
  #proxy: Proxy | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** A session has opened (no end) or ended. */
  observe(session: Session, end: SessionEnd | undefined): void {
    const { journal } = this.#options;
    const record = this.#record(session);
    if (end === undefined) journal.opened(record);
    else journal.closed(record, end, this.#counters(session));
  }

  /**
   * Puts the sessions back that `fits` lets, held until their tunnel comes back; the others get a
   * PADT on the wire. Saves counters from here on.
   */
  restore(
    proxy: Proxy,
    records: readonly JournalledSession[],
    fits: (record: JournalledSession) => boolean,
  ): { held: number; refused: number } {
    this.#proxy = proxy;
    let held = 0;
    for (const record of records) {
      if (fits(record) && this.#putBack(proxy, record)) held++;
      else this.#refuse(proxy, record);
    }
    const save = () => this.#options.journal.checkpoint((record) => this.#countersOf(record));
    this.#timer = setInterval(save, this.#options.interval);
    return { held, refused: records.length - held };
  }

  /** Saves all and gives the journal free. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#options.journal.checkpoint((record) => this.#countersOf(record));
    await this.#options.journal.close();
  }

  #putBack(proxy: Proxy, { peer, counters, ...record }: JournalledSession): boolean {
    const { now, wallClock } = this.#options;
    const openedAt = now() - (wallClock() - record.openedAt);
    const { framesFromWire, bytesFromWire, framesToWire, bytesToWire } = counters;
    return proxy.restore(peer, { ...record, openedAt }, [
      framesFromWire,
      bytesFromWire,
      framesToWire,
      bytesToWire,
    ]);
  }

  #refuse(proxy: Proxy, record: JournalledSession): void {
    proxy.sessions.refuse(record.remote, record.local, record.wireSessionId);
    this.#options.journal.closed(record, "not-restored");
  }

  #record({ member, ...session }: Session): SessionRecord {
    const { now, wallClock } = this.#options;
    const openedAt = Math.round(wallClock() - (now() - session.openedAt));
    return { ...session, peer: member.name, openedAt };
  }

  #countersOf({ remote, local, wireSessionId }: SessionRecord): Counters | undefined {
    const table = this.#proxy?.sessions.table;
    const session = table?.sessions[table.find(remote, local, wireSessionId)];
    return session && this.#counters(session);
  }

  #counters({ index }: Session): Counters | undefined {
    const counters = this.#proxy?.sessions.table.counters;
    if (counters === undefined) return undefined;
    const [framesFromWire, bytesFromWire, framesToWire, bytesToWire] = counters.subarray(
      index * COUNTERS,
    );
    return { framesFromWire, bytesFromWire, framesToWire, bytesToWire };
  }
}
