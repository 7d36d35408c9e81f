/** The table of open sessions. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { formatMac, parseMac } from "../pppoe/mac.ts";
import {
  areCounters,
  checkedValues,
  isPlausible,
  type JournalledSession,
  rowCheck,
  type Value,
  wireKey,
} from "./record.ts";

/** Columns are in the order of `rowOf` and of the table; ids are never reused. */
export const LIVE_SCHEMA = `CREATE TABLE live (
  id INTEGER PRIMARY KEY,
  peer TEXT NOT NULL,
  handle INTEGER NOT NULL,
  customer TEXT NOT NULL,
  ac TEXT NOT NULL,
  ac_session INTEGER NOT NULL,
  wire_session INTEGER NOT NULL,
  remote TEXT NOT NULL,
  local TEXT NOT NULL,
  ac_name TEXT NOT NULL,
  service_name TEXT NOT NULL,
  proof TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  frames_from_wire INTEGER NOT NULL,
  bytes_from_wire INTEGER NOT NULL,
  frames_to_wire INTEGER NOT NULL,
  bytes_to_wire INTEGER NOT NULL,
  saved_at INTEGER NOT NULL,
  checked INTEGER NOT NULL
) STRICT`;

/** The result of `load`. */
export interface Loaded {
  sessions: Map<number, JournalledSession>;
  /** Number of rows that were invalid or that a newer row contradicts. */
  dropped: number;
}

/** Reads and writes rows; the caller manages transactions. */
export class LiveRows {
  #database: DatabaseSync;
  #put: StatementSync;
  #remove: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#put = database.prepare(`INSERT OR REPLACE INTO live VALUES (${"?,".repeat(18)}?)`);
    this.#remove = database.prepare("DELETE FROM live WHERE id = ?");
  }

  put(id: number, session: JournalledSession): void {
    const row = rowOf(id, session);
    this.#put.run(...row, rowCheck(row));
  }

  remove(id: number): void {
    this.#remove.run(id);
  }

  /** Removes rows for which `isLive` returns false. */
  sweep(isLive: (id: number) => boolean): void {
    const statement = this.#database.prepare("SELECT id FROM live");
    statement.setReadBigInts(true);
    for (const { id } of statement.all()) {
      if (!isLive(Number(id))) this.#remove.run(id as bigint);
    }
  }

  /**
   * Returns the sessions by row; of two with the same handle or the same wire key, the newer is
   * kept.
   */
  load(): Loaded {
    const statement = this.#database.prepare("SELECT * FROM live ORDER BY id DESC");
    statement.setReadBigInts(true);
    const sessions = new Map<number, JournalledSession>();
    const taken = new Set<string>();
    let dropped = 0;
    for (const row of statement.iterate()) {
      const session = sessionOf(row as Record<string, unknown>);
      const keys = session && [`${session.handle} ${session.peer}`, wireKey(session)];
      if (session === undefined || keys?.some((key) => taken.has(key))) {
        dropped++;
        continue;
      }
      keys?.forEach((key) => taken.add(key));
      sessions.set(Number(row.id), session);
    }
    return { sessions, dropped };
  }
}

function rowOf(id: number, session: JournalledSession): Value[] {
  const { counters } = session;
  return [
    id,
    session.peer,
    session.handle,
    formatMac(session.customer),
    formatMac(session.concentrator),
    session.acSessionId,
    session.wireSessionId,
    formatMac(session.remote),
    formatMac(session.local),
    session.acName,
    session.serviceName,
    session.proof,
    session.openedAt,
    counters.framesFromWire,
    counters.bytesFromWire,
    counters.framesToWire,
    counters.bytesToWire,
    session.savedAt,
  ];
}

function sessionOf(row: Record<string, unknown>): JournalledSession | undefined {
  const values = checkedValues(row);
  if (values === undefined || !(Number(values[0]) >= 1)) return undefined;
  const session: JournalledSession = {
    peer: String(values[1]),
    handle: Number(values[2]),
    customer: parseMac(String(values[3])) ?? 0,
    concentrator: parseMac(String(values[4])) ?? 0,
    acSessionId: Number(values[5]),
    wireSessionId: Number(values[6]),
    remote: parseMac(String(values[7])) ?? 0,
    local: parseMac(String(values[8])) ?? 0,
    acName: String(values[9]),
    serviceName: String(values[10]),
    proof: String(values[11]),
    openedAt: Number(values[12]),
    counters: {
      framesFromWire: Number(values[13]),
      bytesFromWire: Number(values[14]),
      framesToWire: Number(values[15]),
      bytesToWire: Number(values[16]),
    },
    savedAt: Number(values[17]),
  };
  return isPlausible(session) && areCounters(session.counters) ? session : undefined;
}
