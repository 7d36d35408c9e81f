/** Opens the file that stores the sessions, or quarantines it and creates a new one. */
import { DatabaseSync } from "node:sqlite";
import { HISTORY_FOLDER } from "./history_files.ts";
import { NETWORK_FILE } from "./network_file.ts";
import { type Fault, type Quarantine, quarantine } from "./quarantine.ts";
import { causeOf, isDiskTrouble, isEnvironment, isLocked, StateError } from "./state_error.ts";
import { createTables, hasKnownTables } from "./tables.ts";

/** The daemon that a store belongs to: another daemon's sessions are meaningless to this one. */
export interface Identity {
  readonly mode: "server" | "client";
  readonly interface: string;
  /** The interface's MAC policy, as configured. */
  readonly mac: string;
}

/** An open store. */
export interface Store {
  readonly database: DatabaseSync;
  readonly path: string;
  /** Whether `database` is the file; otherwise it is an empty in-memory replacement. */
  readonly isFile: boolean;
  /** Set if an older file could not be used. */
  readonly quarantined: Quarantine | undefined;
  /** Why the disk cannot be written for now; undefined if the store is ready for writing. */
  readonly trouble: unknown;
}

/** A readable database, and why it cannot be written. */
export type Openable = Pick<Store, "database" | "trouble">;

/** The files of a store (sqlite.org/tempfiles.html), and what else a state directory has. */
const FILES = ["", "-journal", "-wal", "-shm"].map((suffix) => `sessions.db${suffix}`).concat(
  "sessions.lock",
  NETWORK_FILE,
  HISTORY_FOLDER,
);

/** "PPoE" in the database's header; `file` and SQLite's own tools show it. */
const APPLICATION_ID = 0x50506f45;
/** Version of the tables. Files of other versions are quarantined: sessions are short-lived. */
const SCHEMA_VERSION = 3;

/** Row numbers that a valid store never reaches. */
const MAX_NUMBER = 2 ** 48;

/** Why a file cannot be used. */
interface Finding {
  fault: Fault;
  reason: string;
}

/**
 * Locks a directory for this process, creating it if missing. The lock (flock(2)) lasts until the
 * returned file is closed or the process ends. Throws {@linkcode StateError}.
 */
export function lockDirectory(directory: string): Deno.FsFile {
  return explained(directory, () => {
    Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
    refuseLinks(directory);
    const lock = openLock(`${directory}/sessions.lock`);
    if (lock.tryLockSync(true)) return lock;
    lock.close();
    throw new StateError(
      `Cannot keep sessions in "${directory}": another pppoe-proxy is using ` +
        `"${directory}/sessions.db"; give each its own "state_dir"`,
    );
  });
}

/** On a file system that is read-only for now, the existing lock file is opened for reading. */
function openLock(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { create: true, write: true, mode: 0o600 });
  } catch (error) {
    if (!isDiskTrouble(error) || !exists(path)) throw error;
    return Deno.openSync(path, { read: true });
  }
}

/** Throws {@linkcode StateError} if a file of the store is a symbolic link. */
export function refuseLinks(directory: string): void {
  for (const name of FILES) {
    const path = `${directory}/${name}`;
    if (!isLink(path)) continue;
    throw new StateError(
      `Cannot keep sessions in "${directory}": "${path}" is a symbolic link, which is not followed; ` +
        'remove it, or set "state_dir" to the directory that it points to',
    );
  }
}

/** Whether a regular file is visible at this path. */
export function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path).isFile;
  } catch {
    return false;
  }
}

function isLink(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink;
  } catch {
    return false; // opening it reports the error
  }
}

/**
 * Opens the store in a locked directory. A store that can be read but not written for now has a
 * `trouble`. Throws {@linkcode StateError}.
 */
export function openStore(directory: string, identity: Identity, now: number): Store {
  const path = `${directory}/sessions.db`;
  return explained(directory, () => {
    const first = tryOpen(path, identity);
    if (isOpenable(first)) return { ...first, path, isFile: true, quarantined: undefined };
    const aside = quarantine(path, first.fault, first.reason, now);
    const second = tryOpen(path, identity);
    if (isOpenable(second)) return { ...second, path, isFile: true, quarantined: aside };
    throw new Error(`${second.reason}, although it is new`);
  });
}

/** Closes a store, leaving one file. Data written before an error may be lost; never throws. */
export function closeStore({ database }: Store): void {
  try {
    database.exec("PRAGMA synchronous = FULL");
    database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").all();
  } catch {
    // The log remains and is read at the next start.
  }
  try {
    database.close();
  } catch {
    // Nothing more can be done.
  }
}

function explained<T>(directory: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof StateError) throw error;
    const cause = isLocked(error)
      ? `another process has "${directory}/sessions.db" open; stop it, or use it on a copy of the file`
      : causeOf(error);
    throw new StateError(`Cannot keep sessions in "${directory}": ${cause}`, { cause: error });
  }
}

function isOpenable(result: Openable | Finding): result is Openable {
  return "database" in result;
}

function tryOpen(path: string, identity: Identity): Openable | Finding {
  const shape = shapeFault(path);
  if (shape !== undefined) return shape;
  // Check write access through the operating system first: SQLite would blame a damaged header.
  Deno.openSync(path, { create: true, read: true, write: true, mode: 0o600 }).close();
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    // No other process may read it: this avoids the -shm file and readers that delay a checkpoint.
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    if (isNew(database)) {
      prepare(database, identity);
      return { database, trouble: undefined };
    }
    const finding = examine(database, identity);
    if (finding === undefined) return { database, trouble: prepareAgain(database, identity) };
    database.close();
    return finding;
  } catch (error) {
    try {
      database?.close();
    } catch {
      // The first error is the one reported.
    }
    if (isEnvironment(error)) throw error;
    return damaged(error instanceof Error ? error.message : String(error));
  }
}

/** Faults that are visible without SQLite. */
function shapeFault(path: string): Finding | undefined {
  const [main, log] = ["", "-wal"].map((suffix) => {
    try {
      return Deno.statSync(path + suffix);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  });
  if (main?.isFile === false || log?.isFile === false) return damaged("not a regular file");
  if ((main?.size ?? 0) === 0 && (log?.size ?? 0) > 0) return damaged("empty except for its log");
  return undefined;
}

function damaged(reason: string): Finding {
  return { fault: "damaged", reason: `it is damaged (${reason})` };
}

function isNew(database: DatabaseSync): boolean {
  return numberOf(database, "SELECT count(*) AS n FROM sqlite_schema") === 0 &&
    numberOf(database, "PRAGMA application_id") === 0;
}

/**
 * Prepares a store with content; if the disk cannot be written, returns why and changes nothing.
 */
function prepareAgain(database: DatabaseSync, identity: Identity): unknown {
  try {
    prepare(database, identity);
    return undefined;
  } catch (error) {
    if (!isDiskTrouble(error)) throw error;
    if (database.isTransaction) database.exec("ROLLBACK");
    return error;
  }
}

/** Returns why a database with content is not a store of this identity, or undefined. */
export function examine(database: DatabaseSync, identity: Identity): Finding | undefined {
  if (numberOf(database, "PRAGMA application_id") !== APPLICATION_ID) {
    return damaged("not a pppoe-proxy store");
  }
  const version = numberOf(database, "PRAGMA user_version");
  if (version !== SCHEMA_VERSION) {
    return { fault: "version", reason: `it has version ${version}, not ${SCHEMA_VERSION}` };
  }
  const check = textOf(database, "PRAGMA quick_check(1)");
  if (check !== "ok") return damaged(check);
  if (!hasKnownTables(database)) return damaged("unexpected tables");
  for (const order of ["min(id)", "max(id)"]) {
    const live = numberOf(database, `SELECT coalesce(${order}, 1) FROM live`);
    const past = numberOf(
      database,
      `SELECT coalesce(${order}, 1) FROM past`.replace("id", "number"),
    );
    if (![live, past].every((n) => n >= 1 && n < MAX_NUMBER)) {
      return damaged("row numbers out of range");
    }
  }
  return identityFault(database, identity);
}

function identityFault(database: DatabaseSync, identity: Identity): Finding | undefined {
  const found = database.prepare("SELECT * FROM identity").all();
  if (found.length !== 1) return damaged("no identity");
  const name = ({ mode, interface: link, mac }: Record<string, unknown>): string =>
    `${mode} on "${link}" with mac ${JSON.stringify(mac)}`;
  const [theirs, ours] = [name(found[0]), name({ ...identity })];
  if (theirs === ours) return undefined;
  return { fault: "identity", reason: `it belongs to ${theirs}, not to ${ours}` };
}

/** Prepares a store for writing; afterwards its log is empty and everything is on the disk. */
function prepare(database: DatabaseSync, identity: Identity): void {
  if (textOf(database, "PRAGMA journal_mode = WAL") !== "wal") {
    throw new Error("no write-ahead log");
  }
  database.exec("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0");
  database.exec("BEGIN IMMEDIATE");
  if (isNew(database)) {
    createTables(database);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  } else {
    database.exec("DELETE FROM identity");
    createTables(database);
  }
  // Always written, so that a full disk is noticed now.
  database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  database.prepare("INSERT INTO identity VALUES (?, ?, ?)")
    .run(identity.mode, identity.interface, identity.mac);
  database.exec("COMMIT");
  database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").all();
  database.exec("PRAGMA synchronous = OFF"); // from now on Durability syncs
}

function numberOf(database: DatabaseSync, sql: string): number {
  const statement = database.prepare(sql);
  statement.setReadBigInts(true);
  return Number(Object.values(statement.get() ?? {})[0]);
}

function textOf(database: DatabaseSync, sql: string): string {
  return String(Object.values(database.prepare(sql).get() ?? {})[0]);
}
