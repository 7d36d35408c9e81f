import { DatabaseSync } from "node:sqlite";
import { isDiskTrouble } from "./state_error.ts";
import { examine, exists, type Identity, lockDirectory, openStore, type Store } from "./store.ts";
import { createTables } from "./tables.ts";

/**
 * The directory of a store. One process owns it, and may have to do without its disk for a while.
 */
export class StateDirectory {
  readonly #path: string;
  readonly #identity: Identity;
  readonly #now: () => number;
  #lock: Deno.FsFile | undefined;

  /** `now` returns the wall clock in milliseconds. */
  constructor(path: string, identity: Identity, now: () => number) {
    this.#path = path;
    this.#identity = identity;
    this.#now = now;
  }

  /**
   * Opens the store, or what can be read of it while the disk cannot be written. Throws
   * `StateError`.
   */
  open(): Store {
    try {
      this.#lock ??= lockDirectory(this.#path);
      return openStore(this.#path, this.#identity, this.#now());
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
      return this.#substitute(error);
    }
  }

  /** Reopens the store after it was closed; an error becomes its `trouble`. */
  reopen(): Store {
    try {
      return this.open();
    } catch (error) {
      return this.#emptyStore(error);
    }
  }

  /** Releases the directory for another process. */
  release(): void {
    this.#lock?.close();
    this.#lock = undefined;
  }

  get #file(): string {
    return `${this.#path}/sessions.db`;
  }

  /** Only the holder of the lock can be sure that no other process is writing the file. */
  #substitute(trouble: unknown): Store {
    const database = this.#lock && openReadOnly(this.#file, this.#identity);
    if (database === undefined) return this.#emptyStore(trouble);
    return { database, path: this.#file, isFile: true, quarantined: undefined, trouble };
  }

  #emptyStore(trouble: unknown): Store {
    const database = new DatabaseSync(":memory:");
    createTables(database);
    return { database, path: this.#file, isFile: false, quarantined: undefined, trouble };
  }
}

/**
 * Opens a store read-only. If a log exists, SQLite would lock the file, which requires write
 * access; its `unix-none` VFS does not lock (sqlite.org/vfs.html), and an exclusive database needs
 * no -shm file. If none exists, SQLite would create one unless it knows that no process writes
 * (sqlite.org/uri.html: `immutable`).
 */
function openReadOnly(path: string, identity: Identity): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    const how = exists(`${path}-wal`) ? "vfs=unix-none" : "immutable=1";
    const name = path.split("/").map(encodeURIComponent).join("/");
    const uri = `file:${name}?mode=ro&${how}`;
    database = new DatabaseSync(uri, { readOnly: true });
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    if (examine(database, identity) === undefined) return database;
  } catch {
    // An unreadable store counts as missing.
  }
  try {
    database?.close();
  } catch {
    // Already closed or unusable.
  }
  return undefined;
}
