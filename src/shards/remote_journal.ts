import type { Counters, SessionRecord } from "../state/record.ts";
import { wireKey } from "../state/record.ts";
import type { SessionJournal } from "../daemon/session_keeper.ts";
import type { FromShard } from "./messages.ts";

/**
 * The journal as a shard's thread sees it: the first thread writes, in the order of the messages.
 */
export class RemoteJournal implements SessionJournal {
  #post: (message: FromShard) => void;
  /** The open sessions, by their place on the wire. */
  #open = new Map<string, SessionRecord>();

  /** `earlier` are the sessions that the journal has already. */
  constructor(post: (message: FromShard) => void, earlier: readonly SessionRecord[]) {
    this.#post = post;
    for (const session of earlier) this.#open.set(wireKey(session), session);
  }

  opened(session: SessionRecord): void {
    this.#open.set(wireKey(session), session);
    this.#post({ kind: "opened", session });
  }

  closed(session: SessionRecord, end: string, counters?: Counters): void {
    this.#open.delete(wireKey(session));
    this.#post({ kind: "closed", session, end, counters });
  }

  checkpoint(countersOf: (session: SessionRecord) => Counters | undefined): void {
    const sessions: [string, Counters][] = [];
    for (const [key, session] of this.#open) {
      const counters = countersOf(session);
      if (counters !== undefined) sessions.push([key, counters]);
    }
    if (sessions.length > 0) this.#post({ kind: "counted", sessions });
  }

  /** Reports all at once, in one message. */
  checkpointSome(countersOf: (session: SessionRecord) => Counters | undefined): boolean {
    this.checkpoint(countersOf);
    return true;
  }

  /** Does nothing: the first thread closes the journal when all threads have stopped. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
