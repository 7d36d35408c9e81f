import type { Journal } from "../state/journal.ts";
import type { Counters, JournalledSession, SessionRecord } from "../state/record.ts";
import type { Proxy } from "../proxy/proxy.ts";
import type { Session, SessionEnd } from "../proxy/session/session.ts";
import { TURN_PAUSE } from "../proxy/session/session_sweep.ts";
import { SharedNames } from "../proxy/session/session_names.ts";
import { type Clocks, countersOf, recordOf, restoredOf } from "./session_record.ts";

/** Where a keeper writes. */
export type SessionJournal = Pick<
  Journal,
  "opened" | "closed" | "checkpoint" | "checkpointSome" | "close"
>;

/** Dependencies of a keeper. */
export interface KeeperOptions extends Clocks {
  journal: SessionJournal;
  /** Called for each session of an earlier process that cannot continue. */
  refused: (record: SessionRecord) => void;
}

/** Interval between saves of open sessions' counters, in milliseconds. */
const CHECKPOINT_INTERVAL = 30_000;
/** Sessions of which the counters are saved in one turn; frames wait until it is over. */
const A_TURN = 256;

/** Keeps a proxy's sessions in a journal, and restores those of an earlier process. */
export class SessionKeeper {
  readonly #options: KeeperOptions;
  #proxy: Proxy | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #names = new SharedNames();

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Records that a session has opened (no end) or ended. */
  observe(session: Session, end: SessionEnd | undefined): void {
    const { journal } = this.#options;
    const record = recordOf(session, this.#options);
    if (end === undefined) journal.opened(record);
    else journal.closed(record, end, this.#counters(session));
  }

  /**
   * Restores the sessions that `fits` accepts, as held until their tunnel returns; the others get a
   * PADT on the wire. From then on it saves counters.
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
    this.#wait(CHECKPOINT_INTERVAL);
    return { held, refused: records.length - held };
  }

  /** Saves everything and releases the journal. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#options.journal.checkpoint((record) => this.#countersOf(record));
    await this.#options.journal.close();
  }

  /** Saves the counters of some sessions after this time, and so on. */
  #wait(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      const { journal } = this.#options;
      const isOver = journal.checkpointSome((record) => this.#countersOf(record), A_TURN);
      this.#wait(isOver ? CHECKPOINT_INTERVAL : TURN_PAUSE);
    }, milliseconds);
  }

  #putBack(proxy: Proxy, { counters, savedAt: _savedAt, ...record }: JournalledSession): boolean {
    const { names, ...session } = restoredOf(record, this.#options);
    const { framesFromWire, bytesFromWire, framesToWire, bytesToWire } = counters;
    return proxy.restore(record.peer, { ...session, names: this.#names.share(names) }, [
      framesFromWire,
      bytesFromWire,
      framesToWire,
      bytesToWire,
    ]);
  }

  #refuse(proxy: Proxy, record: JournalledSession): void {
    const { remote, local, wireSessionId: sessionId } = record;
    proxy.sessions.earlier.orphans.end({ remote, local, sessionId }, record.peer);
    this.#options.journal.closed(record, "not-restored");
    this.#options.refused(record);
  }

  #countersOf({ remote, local, wireSessionId }: SessionRecord): Counters | undefined {
    const table = this.#proxy?.sessions.table;
    const session = table?.sessions[table.find(remote, local, wireSessionId)];
    return session && this.#counters(session);
  }

  #counters(session: Session): Counters | undefined {
    const table = this.#proxy?.sessions.table;
    return table && countersOf(table, session);
  }
}
