import { Accounting } from "./accounting.ts";
import { Changes } from "./changes.ts";
import { Durability } from "./durability.ts";
import { LiveRows } from "./live_rows.ts";
import { pastSession } from "./past.ts";
import type { Counters, SessionRecord } from "./record.ts";
import type { Quarantine } from "./quarantine.ts";
import type { JournalParts } from "./journal_parts.ts";
import { StorySaver } from "./story_saver.ts";
import { causeOf, isDamage } from "./state_error.ts";
import { closeStore, type Store } from "./store.ts";

/**
 * Delay from the first change to its transaction, in milliseconds: changes within it are written
 * together.
 */
const GATHER_TIME = 100;
/** Delay from a transaction to the sync, in milliseconds. */
const SYNC_DELAY = 500;
/**
 * Pause between transactions while much is waiting, in milliseconds, so that frames are forwarded
 * in between.
 */
const SLICE_PAUSE = 5;
/** Maximum number of rows per transaction. */
const SLICE = 256;
/** Maximum number of rows in a transaction that a caller waits for. */
const URGENT = 16;
/** Interval between retries after an error, in milliseconds. */
const RETRY = 5_000;
const MAX_PAST = 10_000;

/**
 * The sessions on disk. Opened and ended sessions are written at once; all other calls change memory
 * only, and a timer writes, one small transaction per turn:
 *
 *     writing ──error──▶ failing ──time to retry──▶ rewriting ──all written──▶ writing
 *                           ▲                           │
 *                           └───────────error───────────┘
 *
 * While writing fails, past sessions wait; open sessions are written in full afterwards. Writing may
 * fail from the start.
 */
export class Journal {
  /** The past sessions. */
  readonly accounting: Accounting;
  #parts: JournalParts;
  #store!: Store;
  #rows!: LiveRows;
  readonly #storySaver: StorySaver;
  /** Undefined while the store cannot be written. */
  #durability: Durability | undefined;
  #state: "writing" | "failing" | "rewriting" | "closed" = "writing";
  /** Whether the store is damaged, or was opened while it could not be written. */
  #mustReopen = false;
  #trouble: string | undefined;
  #quarantined: Quarantine | undefined;
  #lostBefore = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #syncTimer: ReturnType<typeof setTimeout> | undefined;
  #syncing: Promise<void> | undefined;
  #unsynced = false;

  constructor(parts: JournalParts) {
    this.#parts = parts;
    this.#storySaver = new StorySaver(parts.stories, (write) => {
      if (this.#state === "writing" && !this.#isShrinking) this.#commit(write);
    });
    this.accounting = new Accounting(parts.store.database, parts.options.maxPast ?? MAX_PAST);
    this.#attach(parts.store);
    if (parts.store.trouble !== undefined) this.#fail(parts.store.trouble);
  }

  /** Why sessions are not being saved; undefined if they are. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Whether a file exists in which a later process can find sessions. */
  get hasFile(): boolean {
    return this.#store.isFile;
  }

  /**
   * Records an opened session and commits it at once, so that it survives a kill from now on. Only
   * while writing fails, or the log is being copied, is it written later.
   */
  opened(session: SessionRecord): void {
    if (this.#state === "closed") return;
    this.#parts.changes.opened(session);
    this.#commitNow((changes, rows) => changes.writeFresh(rows, URGENT));
  }

  /**
   * Records an ended session, or a restored one that will not continue. Without `counters`, the
   * last saved counters and their time are used. Unknown sessions are ignored. Commits at once as
   * well, so that an end is not reported twice.
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

  /** Saves the counters of the open sessions; unchanged ones cost nothing. */
  checkpoint(countersOf: (session: SessionRecord) => Counters | undefined): void {
    if (this.#state === "closed") return;
    this.#parts.changes.count(countersOf, this.#parts.options.now());
    if (this.#hasWork()) this.#arm(GATHER_TIME);
  }

  /** Saves those of the next `most` sessions; returns whether all have been saved in this round. */
  checkpointSome(
    countersOf: (session: SessionRecord) => Counters | undefined,
    most: number,
  ): boolean {
    if (this.#state === "closed") return true;
    const isOver = this.#parts.changes.countSome(countersOf, this.#parts.options.now(), most);
    if (this.#hasWork()) this.#arm(GATHER_TIME);
    return isOver;
  }

  /** Writes stories soon, some at a time. While writing fails they wait. */
  storiesChanged(): void {
    if (this.#state !== "closed") this.#storySaver.arm();
  }

  /** Writes all open sessions again and removes all other rows. */
  rewrite(): void {
    this.#parts.changes.rewrite();
    this.#arm(GATHER_TIME);
  }

  /** Syncs all earlier calls to the disk; resolves with whether they are there. */
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

  /** Flushes, leaves one file without a log, and releases the directory. Never rejects. */
  async close(): Promise<void> {
    if (this.#state === "closed") return;
    await this.flush();
    await this.#syncing;
    this.#storySaver.finish();
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
    if (this.#isShrinking) return; // `#sync` arms the timer again
    if (!this.#hasWork() && this.#state === "writing") return;
    if (this.#writeSlice() && this.#hasWork()) this.#arm(SLICE_PAUSE);
  }

  /** Writes part of what is waiting; returns false on failure, after scheduling a retry. */
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

  /** Runs one transaction; returns false on failure. */
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
    this.#storySaver.settle();
    this.#unsynced = true;
    this.#armSync();
    return true;
  }

  #beginAgain(): void {
    if (this.#mustReopen) {
      this.#closeStore();
      this.#attach(this.#parts.reopen());
      this.#quarantined = this.#store.quarantined ?? this.#quarantined;
      if (this.#mustReopen) throw this.#store.trouble;
      this.#storySaver.rewrite();
    }
    this.#parts.changes.rewrite();
    this.#state = "rewriting";
  }

  #attach(store: Store): void {
    this.#store = store;
    this.#mustReopen = store.trouble !== undefined;
    this.#rows = new LiveRows(store.database);
    this.#storySaver.attach(store.database);
    this.#durability = this.#mustReopen ? undefined : new Durability(store);
    this.accounting.attach(store.database);
  }

  #fail(error: unknown): void {
    if (this.#state === "closed") return;
    const { database, path } = this.#store;
    try {
      if (database.isTransaction) database.exec("ROLLBACK");
    } catch {
      // SQLite has already rolled back.
    }
    this.accounting.revert();
    this.#parts.changes.revert();
    this.#storySaver.revert();
    this.#mustReopen ||= isDamage(error);
    const first = this.#state === "writing";
    this.#state = "failing";
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#arm(RETRY);
    this.#trouble = `Cannot write "${path}": ${causeOf(error)}; continuing without it`;
    if (first) this.#parts.options.onTrouble(this.#trouble);
  }

  #recovered(): void {
    this.#state = "writing";
    this.#trouble = undefined;
    const lost = this.accounting.lost - this.#lostBefore;
    this.#lostBefore = this.accounting.lost;
    this.#parts.options.onRecovery({ lost, quarantined: this.#quarantined });
    this.#quarantined = undefined;
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
