import { DatabaseSync } from "node:sqlite";
import { isDiskTrouble } from "./state_error.ts";
import {
  examine,
  exists,
  type Identity,
  lockDirectory,
  openStore,
  type Store,
  TABLES,
} from "./store.ts";

/** The directory of a store: one process has it, and may have to do without its disk for a while. */
export class StateDirectory {
  readonly #path: string;
  readonly #identity: Identity;
  readonly #now: () => number;
  #lock: Deno.FsFile | undefined;

  /** `now` is the wall clock in milliseconds. */
  constructor(path: string, identity: Identity, now: () => number) {
    this.#path = path;
    this.#identity = identity;
    this.#now = now;
  }

  /** Opens the store, or what can be had of it while the disk takes nothing. Throws `StateError`. */
  open(): Store {
    try {
      this.#lock ??= lockDirectory(this.#path);
      return openStore(this.#path, this.#identity, this.#now());
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
      return this.#substitute(error);
    }
  }

  /** Opens the store again, after the last one was closed; what speaks against it is its `trouble`. */
  reopen(): Store {
    try {
      return this.open();
    } catch (error) {
      return this.#emptyStore(error);
    }
  }

  /** Gives the directory free for another process. */
  release(): void {
    this.#lock?.close();
    this.#lock = undefined;
  }

  get #file(): string {
    return `${this.#path}/sessions.db`;
  }

  /** Only the owner of the lock knows that no other process writes what is read. */
  #substitute(trouble: unknown): Store {
    const database = this.#lock && openReadOnly(this.#file, this.#identity);
    if (database === undefined) return this.#emptyStore(trouble);
    return { database, path: this.#file, isFile: true, setAside: undefined, trouble };
  }

  #emptyStore(trouble: unknown): Store {
    const database = new DatabaseSync(":memory:");
    for (const table of TABLES) database.exec(table);
    return { database, path: this.#file, isFile: false, setAside: undefined, trouble };
  }
}

/**
 * A store to read only. With a log SQLite would lock, which needs a file that can be written, so its
 * `unix-none` does not (sqlite.org/vfs.html); an exclusive database needs no -shm file. Without one
 * it would make a log, unless it knows that nobody writes (sqlite.org/uri.html: `immutable`).
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
    // What cannot be read is not there.
  }
  try {
    database?.close();
  } catch {
    // The same.
  }
  return undefined;
}
