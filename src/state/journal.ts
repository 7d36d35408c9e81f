import { Accounting } from "./accounting.ts";
import { Changes } from "./changes.ts";
import { Durability } from "./durability.ts";
import { LiveRows } from "./live_rows.ts";
import { pastSession } from "./past.ts";
import type { Counters, SessionRecord } from "./record.ts";
import type { SetAside } from "./set_aside.ts";
import { causeOf, isDamage } from "./state_error.ts";
import { closeStore, type Store } from "./store.ts";

/** From the first change to its transaction: what changes together is written together. ms. */
const GATHER_TIME = 100;
/** From a transaction to the disk. Milliseconds. */
const SYNC_DELAY = 500;
/** Between transactions while much is to be written: frames pass in between. Milliseconds. */
const SLICE_PAUSE = 5;
/** Rows a transaction. */
const SLICE = 256;
/** Of them those that are written while somebody waits. */
const URGENT = 16;
/** How often writing is tried again after an error. Milliseconds. */
const RETRY = 5_000;
const MAX_PAST = 10_000;

/** How often `checkpoint` is meant to be called. Milliseconds. */
export const CHECKPOINT_INTERVAL = 30_000;

/** What a journal tells, and how it is set up. */
export interface JournalOptions {
  /** Wall clock, milliseconds. */
  now: () => number;
  /** Past sessions that are kept; 10,000 unless told. */
  maxPast?: number;
  /** Writing fails; said once, until it works again. */
  onTrouble: (message: string) => void;
  /** All is written again; `lost` past sessions could not be remembered until now. */
  onRecovery: (facts: { lost: number; setAside: SetAside | undefined }) => void;
}

/** What a journal is made of. */
export interface JournalParts {
  store: Store;
  changes: Changes;
  /** Gives a store in any case; one with a `trouble` where nothing can be written yet. */
  reopen: () => Store;
  /** Gives the directory free. */
  release: () => void;
  options: JournalOptions;
}

/**
 * The sessions on disk. What opens or ends is written at once; for all else calls only change memory, and a
 * timer writes, one small transaction a turn:
 *
 *     writing ──error──▶ failing ──time to retry──▶ rewriting ──all written──▶ writing
 *                           ▲                           │
 *                           └───────────error───────────┘
 *
 * While it fails the past sessions wait, and the open ones are written whole afterwards. It may fail
 * from the start.
 */
export class Journal {
  /** The past sessions. */
  readonly accounting: Accounting;
  #parts: JournalParts;
  #store!: Store;
  #rows!: LiveRows;
  /** Undefined while nothing can be written to the store. */
  #durability: Durability | undefined;
  #state: "writing" | "failing" | "rewriting" | "closed" = "writing";
  /** The store is damaged, or was opened while nothing could be written to it. */
  #mustReopen = false;
  #trouble: string | undefined;
  #setAside: SetAside | undefined;
  #lostBefore = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #syncTimer: ReturnType<typeof setTimeout> | undefined;
  #syncing: Promise<void> | undefined;
  #unsynced = false;

  constructor(parts: JournalParts) {
    this.#parts = parts;
    this.accounting = new Accounting(parts.store.database, parts.options.maxPast ?? MAX_PAST);
    this.#attach(parts.store);
    if (parts.store.trouble !== undefined) this.#fail(parts.store.trouble);
  }

  /** Why sessions are not kept for now, or undefined. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Whether there is a file that a later process finds sessions in. */
  get hasFile(): boolean {
    return this.#store.isFile;
  }

  /**
   * A session has been opened: it is committed at once, so that it outlives a kill from here on.
   * Only while writing fails, or the log is being copied, it is written later.
   */
  opened(session: SessionRecord): void {
    if (this.#state === "closed") return;
    this.#parts.changes.opened(session);
    this.#commitNow((changes, rows) => changes.writeFresh(rows, URGENT));
  }

  /**
   * A session has ended, or one that was restored will not go on. Without `counters` it ends with
   * those saved last and at the time when they were saved. Unknown sessions are ignored. Committed at
   * once likewise, so that nobody hears of an end again.
   */
  closed(session: SessionRecord, end: string, counters?: Counters): void {
    if (this.#state === "closed") return;
    const known = this.#parts.changes.take(session);
    if (known === undefined) return;
    const closedAt = counters === undefined ? known.savedAt : this.#parts.options.now();
    this.accounting.add(pastSession(known, end, closedAt, counters ?? known.counters));
    this.#commitNow((changes, rows) => {
      this.accounting.write(URGENT);
      changes.writeGone(rows, SLICE);
    });
  }

  /** Saves the counters of the open sessions; those that have not changed cost nothing. */
  checkpoint(countersOf: (session: SessionRecord) => Counters | undefined): void {
    if (this.#state === "closed") return;
    this.#parts.changes.count(countersOf, this.#parts.options.now());
    if (this.#hasWork()) this.#arm(GATHER_TIME);
  }

  /** Writes all open sessions again and removes all else. */
  rewrite(): void {
    this.#parts.changes.rewrite();
    this.#arm(GATHER_TIME);
  }

  /** Brings all that was told before to the disk; resolves with whether it is there. */
  async flush(): Promise<boolean> {
    while (this.#state !== "closed" && (this.#hasWork() || this.#state !== "writing")) {
      if (this.#isShrinking) await this.#syncing;
      else if (!this.#writeSlice()) return false;
      else await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await this.#syncing;
    if (this.#unsynced && this.#state === "writing") await this.#sync();
    return this.#state === "writing";
  }

  /** Flushes, leaves one file without a log, and gives the directory free. Never rejects. */
  async close(): Promise<void> {
    if (this.#state === "closed") return;
    await this.flush();
    await this.#syncing;
    clearTimeout(this.#timer);
    clearTimeout(this.#syncTimer);
    this.#state = "closed";
    this.#closeStore();
    this.#parts.release();
  }

  get #isShrinking(): boolean {
    return this.#durability?.isShrinking ?? false;
  }

  #hasWork(): boolean {
    return !this.#parts.changes.isEmpty || this.accounting.waiting > 0;
  }

  #arm(delay: number): void {
    if (this.#state === "closed") return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#turn();
    }, delay);
  }

  #turn(): void {
    if (this.#isShrinking) return; // `#sync` arms again
    if (!this.#hasWork() && this.#state === "writing") return;
    if (this.#writeSlice() && this.#hasWork()) this.#arm(SLICE_PAUSE);
  }

  /** Writes a part of what waits; false where it failed, and then the next try is armed. */
  #writeSlice(): boolean {
    const { changes } = this.#parts;
    const isWritten = this.#commit(() => {
      const written = this.accounting.write(SLICE);
      changes.write(this.#rows, SLICE - written);
    });
    if (isWritten && this.#state === "rewriting" && !this.#hasWork()) this.#recovered();
    return isWritten;
  }

  #commitNow(write: (changes: Changes, rows: LiveRows) => void): void {
    const isReady = this.#state === "writing" && !this.#isShrinking;
    if (isReady) this.#commit(() => write(this.#parts.changes, this.#rows));
    if (this.#hasWork()) this.#arm(GATHER_TIME);
  }

  /** One transaction; false where it failed. */
  #commit(write: () => void): boolean {
    try {
      if (this.#state === "failing") this.#beginAgain();
      const { database } = this.#store;
      database.exec("BEGIN IMMEDIATE");
      write();
      database.exec("COMMIT");
    } catch (error) {
      this.#fail(error);
      return false;
    }
    this.accounting.settle();
    this.#parts.changes.settle();
    this.#unsynced = true;
    this.#armSync();
    return true;
  }

  #beginAgain(): void {
    if (this.#mustReopen) {
      this.#closeStore();
      this.#attach(this.#parts.reopen());
      this.#setAside = this.#store.setAside ?? this.#setAside;
      if (this.#mustReopen) throw this.#store.trouble;
    }
    this.#parts.changes.rewrite();
    this.#state = "rewriting";
  }

  #attach(store: Store): void {
    this.#store = store;
    this.#mustReopen = store.trouble !== undefined;
    this.#rows = new LiveRows(store.database);
    this.#durability = this.#mustReopen ? undefined : new Durability(store);
    this.accounting.attach(store.database);
  }

  #fail(error: unknown): void {
    if (this.#state === "closed") return;
    const { database, path } = this.#store;
    try {
      if (database.isTransaction) database.exec("ROLLBACK");
    } catch {
      // SQLite has rolled back by itself.
    }
    this.accounting.revert();
    this.#parts.changes.revert();
    this.#mustReopen ||= isDamage(error);
    const first = this.#state === "writing";
    this.#state = "failing";
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#arm(RETRY);
    this.#trouble = `Cannot write "${path}": ${causeOf(error)}; going on without it`;
    if (first) this.#parts.options.onTrouble(this.#trouble);
  }

  #recovered(): void {
    this.#state = "writing";
    this.#trouble = undefined;
    const lost = this.accounting.lost - this.#lostBefore;
    this.#lostBefore = this.accounting.lost;
    this.#parts.options.onRecovery({ lost, setAside: this.#setAside });
    this.#setAside = undefined;
  }

  #armSync(): void {
    if (this.#syncing !== undefined || this.#state === "closed") return;
    this.#syncTimer ??= setTimeout(() => this.#sync(), SYNC_DELAY);
  }

  #sync(): Promise<void> {
    clearTimeout(this.#syncTimer);
    this.#syncTimer = undefined;
    this.#unsynced = false;
    const syncing = this.#durability?.sync() ?? Promise.resolve();
    this.#syncing = syncing.catch((error) => this.#fail(error)).then(() => {
      this.#syncing = undefined;
      if (this.#unsynced) this.#armSync();
      if (this.#hasWork()) this.#arm(SLICE_PAUSE);
    });
    return this.#syncing;
  }

  #closeStore(): void {
    closeStore(this.#store);
    this.#durability?.close();
  }
}
