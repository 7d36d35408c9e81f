import type { LiveRows } from "./live_rows.ts";
import {
  type Counters,
  type JournalledSession,
  NO_COUNTERS,
  type SessionRecord,
  wireKey,
} from "./record.ts";

/** Maximum number of removed rows to remember; beyond it the whole table is compared. */
const MAX_GONE = 8_192;

/** Returns the counters of a session, if it is known. */
type CountersOf = (session: SessionRecord) => Counters | undefined;

interface Entry {
  readonly id: number;
  session: JournalledSession;
}

/** The open sessions, and which of them the store lacks. Keeps at most one entry per session. */
export class Changes {
  #live = new Map<string, Entry>();
  /**
   * Entries to write: those that the store has never had, and those that it has with other values.
   */
  #fresh = new Set<Entry>();
  #dirty = new Set<Entry>();
  #gone: number[] = [];
  #nextId = 1;
  /** The entries that are still to be counted; undefined between two rounds. */
  #counting: Iterator<Entry, undefined> | undefined;
  /** Set if the store may contain rows of closed sessions that `#gone` does not list. */
  #sweep = false;
  /** What the current transaction has written. */
  #put: Entry[] = [];
  #removed = 0;
  #swept = false;

  /** Starts with the contents of the store, by row. */
  constructor(stored: ReadonlyMap<number, JournalledSession>) {
    for (const [id, session] of stored) {
      this.#live.set(wireKey(session), { id, session });
      this.#nextId = Math.max(this.#nextId, id + 1);
    }
  }

  /** Number of open sessions. */
  get size(): number {
    return this.#live.size;
  }

  /** Whether nothing needs to be written. */
  get isEmpty(): boolean {
    return this.#fresh.size === 0 && this.#dirty.size === 0 && this.#gone.length === 0 &&
      !this.#sweep;
  }

  opened(record: SessionRecord): void {
    this.take(record);
    const session = { ...record, counters: NO_COUNTERS, savedAt: record.openedAt };
    const entry = { id: this.#nextId++, session };
    this.#live.set(wireKey(record), entry);
    this.#fresh.add(entry);
  }

  /** Removes a session and returns what is known about it. */
  take(record: SessionRecord): JournalledSession | undefined {
    const key = wireKey(record);
    const entry = this.#live.get(key);
    if (entry === undefined) return undefined;
    this.#live.delete(key);
    this.#fresh.delete(entry);
    this.#dirty.delete(entry);
    this.#gone.push(entry.id);
    if (this.#gone.length > MAX_GONE) this.#sweepInstead();
    return entry.session;
  }

  /** Stores counters that have changed. */
  count(countersOf: CountersOf, now: number): void {
    for (const entry of this.#live.values()) this.#count(entry, countersOf, now);
  }

  /**
   * Does so for the next `most` sessions. Returns whether a round is over: all sessions that have
   * been open during it are done.
   */
  countSome(countersOf: CountersOf, now: number, most: number): boolean {
    this.#counting ??= this.#live.values();
    for (let left = most; left > 0; left--) {
      const { done, value: entry } = this.#counting.next();
      if (done) {
        this.#counting = undefined;
        return true;
      }
      this.#count(entry, countersOf, now);
    }
    return false;
  }

  #count(entry: Entry, countersOf: CountersOf, now: number): void {
    const counters = countersOf(entry.session);
    if (counters === undefined || same(counters, entry.session.counters)) return;
    entry.session = { ...entry.session, counters: { ...counters }, savedAt: now };
    if (!this.#fresh.has(entry)) this.#dirty.add(entry);
  }

  /** Schedules everything for writing, whatever the store contains. */
  rewrite(): void {
    this.#fresh.clear();
    for (const entry of this.#live.values()) this.#dirty.add(entry);
    this.#sweepInstead();
  }

  /** Writes up to `budget` sessions that the store has never had, within a transaction. */
  writeFresh(rows: LiveRows, budget: number): void {
    this.#put = [...this.#fresh.values().take(budget)];
    for (const { id, session } of this.#put) rows.put(id, session);
  }

  /** Removes up to `budget` ended sessions, within a transaction. */
  writeGone(rows: LiveRows, budget: number): void {
    this.#removed = Math.min(budget, this.#gone.length);
    for (let i = 0; i < this.#removed; i++) rows.remove(this.#gone[i]);
  }

  /** Writes up to `budget` rows, within a transaction. */
  write(rows: LiveRows, budget: number): void {
    this.writeGone(rows, budget);
    const waiting = [...this.#fresh, ...this.#dirty];
    this.#put = waiting.slice(0, Math.max(0, budget - this.#removed));
    for (const { id, session } of this.#put) rows.put(id, session);
    this.#swept = this.#sweep && this.#put.length === waiting.length &&
      this.#removed === this.#gone.length;
    if (this.#swept) {
      const ids = new Set(this.#live.values().map(({ id }) => id));
      rows.sweep((id) => ids.has(id));
    }
  }

  /** Called after the transaction of `write` is committed. */
  settle(): void {
    for (const entry of this.#put) {
      this.#fresh.delete(entry);
      this.#dirty.delete(entry);
    }
    this.#gone.splice(0, this.#removed);
    if (this.#swept) this.#sweep = false;
    this.revert();
  }

  /** Called after the transaction of `write` is rolled back: everything is still to be written. */
  revert(): void {
    this.#put = [];
    this.#removed = 0;
    this.#swept = false;
  }

  #sweepInstead(): void {
    this.#gone = [];
    this.#sweep = true;
  }
}

function same(a: Counters, b: Counters): boolean {
  return a.framesFromWire === b.framesFromWire && a.bytesFromWire === b.bytesFromWire &&
    a.framesToWire === b.framesToWire && a.bytesToWire === b.bytesToWire;
}
