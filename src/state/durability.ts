/** Syncs committed transactions to the disk without blocking the event loop. */
import type { Store } from "./store.ts";

/** Size of the log, in bytes, above which it is copied into the database. */
const LOG_LIMIT = 1 << 20;

/**
 * The store runs with `synchronous = OFF`: SQLite never waits for the disk. This class does its
 * work instead, with fdatasync(2) in Deno's thread pool:
 *
 *     sync    log to disk ─── log small ──▶ done
 *                  │
 *              log large: no writes until it is done ─────────┐
 *                  ▼                                          │
 *     shrink  log to disk ▶ copy to database ▶ database to disk ▶ empty the log ▶ log to disk
 *
 * A log that a power failure truncates or tears ends at its last whole transaction, because each of
 * its pages carries a running checksum (sqlite.org/fileformat.html section 4). At any time either
 * the log or the database is complete on the disk.
 */
export class Durability {
  #store: Store;
  #main: Deno.FsFile;
  #log: Deno.FsFile;
  #shrinking = false;
  #closed = false;

  constructor(store: Store) {
    this.#store = store;
    // Kept open as long as SQLite's own files: closing any descriptor of a file drops the process's
    // locks on it.
    this.#main = Deno.openSync(store.path);
    this.#log = Deno.openSync(`${store.path}-wal`);
  }

  /** Whether the log is being copied: nothing may be written until `sync` resolves. */
  get isShrinking(): boolean {
    return this.#shrinking;
  }

  /** Resolves when everything committed before the call is on the disk; rejects on errors. */
  async sync(): Promise<void> {
    await this.#log.syncData();
    if ((await this.#log.stat()).size >= LOG_LIMIT) await this.#shrink();
  }

  /** Closes the files; call it after closing the store. */
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
