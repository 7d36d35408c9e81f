/** Brings what was committed to the disk without making the event loop wait for it. */
import type { Store } from "./store.ts";

/** Size of the log from which on it is copied into the database. Bytes. */
const LOG_LIMIT = 1 << 20;

/**
 * The store runs with `synchronous = OFF`: SQLite never waits for the disk. Here is what it would
 * do, with fdatasync(2) in Deno's thread pool:
 *
 *     sync    log to disk ─── log small ──▶ done
 *                  │
 *              log large: nothing may be written until done ──┐
 *                  ▼                                          │
 *     shrink  log to disk ▶ copy to database ▶ database to disk ▶ empty the log ▶ log to disk
 *
 * A log that is cut off or torn by a power failure ends at its last whole transaction, because
 * each of its pages carries a running checksum (sqlite.org/fileformat.html section 4); and at any
 * time either the log or the database has all of it on the disk.
 */
export class Durability {
  #store: Store;
  #main: Deno.FsFile;
  #log: Deno.FsFile;
  #shrinking = false;
  #closed = false;

  constructor(store: Store) {
    this.#store = store;
    // Open as long as SQLite's own: closing any descriptor of a file ends a process's locks on it.
    this.#main = Deno.openSync(store.path);
    this.#log = Deno.openSync(`${store.path}-wal`);
  }

  /** Nothing may be written until `sync` is done. */
  get isShrinking(): boolean {
    return this.#shrinking;
  }

  /** Resolves when all that was committed before the call is on the disk; rejects on errors. */
  async sync(): Promise<void> {
    await this.#log.syncData();
    if ((await this.#log.stat()).size >= LOG_LIMIT) await this.#shrink();
  }

  /** Closes the files; to be called after the store's own close. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#main.close();
    this.#log.close();
  }

  async #shrink(): Promise<void> {
    this.#shrinking = true;
    try {
      await this.#log.syncData();
      const { log, checkpointed } = this.#checkpoint("PASSIVE");
      await this.#main.syncData();
      if (log !== checkpointed) return;
      this.#checkpoint("TRUNCATE");
      await this.#log.syncData();
    } finally {
      this.#shrinking = false;
    }
  }

  #checkpoint(mode: string): Record<string, unknown> {
    return this.#store.database.prepare(`PRAGMA wal_checkpoint(${mode})`).get() ?? {};
  }
}
