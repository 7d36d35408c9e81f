/** Past sessions: who, when, how much traffic, and why they ended. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { formatMac, parseMac } from "../pppoe/mac.ts";
import {
  DEFAULT_LIMIT,
  isWanted,
  type PastQuery,
  type PastSession,
  type PastSessions,
} from "./past.ts";
import { checkedValues, rowCheck, type Value } from "./record.ts";
import { causeOf, StateError } from "./state_error.ts";

/** Columns are in the order of `rowOf`; `number` increases without gaps. */
export const PAST_SCHEMA = `CREATE TABLE past (
  number INTEGER PRIMARY KEY,
  peer TEXT NOT NULL,
  customer TEXT NOT NULL,
  ac TEXT NOT NULL,
  ac_session INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  closed_at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  frames_from_wire INTEGER NOT NULL,
  bytes_from_wire INTEGER NOT NULL,
  frames_to_wire INTEGER NOT NULL,
  bytes_to_wire INTEGER NOT NULL,
  ac_name TEXT NOT NULL,
  service_name TEXT NOT NULL,
  checked INTEGER NOT NULL
) STRICT`;

/** Number of surplus rows that are removed together. */
const PRUNE_STEP = 128;
/** Maximum number of past sessions waiting to be written; beyond it the oldest are dropped. */
const MAX_WAITING = 8_192;

/** The most recent past sessions, in the store and, until written, in memory. */
export class Accounting implements PastSessions {
  readonly #max: number;
  #database!: DatabaseSync;
  #insert!: StatementSync;
  #prune!: StatementSync;
  #first = 1;
  #next = 1;
  #waiting: PastSession[] = [];
  /** How many of the waiting sessions the current transaction has written. */
  #written = 0;
  #lost = 0;

  /** `max` is the number of past sessions to keep. */
  constructor(database: DatabaseSync, max: number) {
    this.#max = max;
    this.attach(database);
  }

  /** Switches to this store. */
  attach(database: DatabaseSync): void {
    this.#database = database;
    this.#insert = database.prepare(`INSERT INTO past VALUES (${"?,".repeat(14)}?)`);
    this.#prune = database.prepare("DELETE FROM past WHERE number <= ?");
    const edge = (order: string): number => {
      const statement = database.prepare(
        `SELECT number FROM past ORDER BY number ${order} LIMIT 1`,
      );
      statement.setReadBigInts(true);
      return Number(statement.get()?.number ?? 0);
    };
    this.#next = edge("DESC") + 1;
    this.#first = Math.min(edge("ASC") || this.#next, this.#next);
    this.#written = 0;
  }

  /** Number of past sessions waiting to be written. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Number of past sessions dropped because too many were waiting while writing failed. */
  get lost(): number {
    return this.#lost;
  }

  add(past: PastSession): void {
    this.#waiting.push(past);
    if (this.#waiting.length <= MAX_WAITING) return;
    this.#waiting.shift();
    this.#lost++;
  }

  /** Writes up to `budget` waiting sessions within a transaction and returns their number. */
  write(budget: number): number {
    this.#written = Math.min(budget, this.#waiting.length);
    for (let i = 0; i < this.#written; i++) {
      const row = rowOf(this.#next + i, this.#waiting[i]);
      this.#insert.run(...row, rowCheck(row));
    }
    const edge = this.#pruneEdge();
    if (edge > 0) this.#prune.run(edge);
    return this.#written;
  }

  /** Called after the transaction of `write` is committed. */
  settle(): void {
    const edge = this.#pruneEdge();
    if (edge > 0) this.#first = edge + 1;
    this.#waiting.splice(0, this.#written);
    this.#next += this.#written;
    this.#written = 0;
  }

  /** Called after the transaction of `write` is rolled back: its sessions are waiting again. */
  revert(): void {
    this.#written = 0;
  }

  /**
   * Returns past sessions, newest first. Throws {@linkcode StateError} if the store cannot be read.
   */
  query(query: PastQuery = {}): PastSession[] {
    const { limit = DEFAULT_LIMIT, offset = 0 } = query;
    const recent = this.#recent(query);
    const page = recent.slice(offset, offset + limit);
    if (page.length === limit) return page;
    const [left, skipped] = [limit - page.length, Math.max(0, offset - recent.length)];
    const rows = this.#select("*", query, `ORDER BY number DESC LIMIT ${left} OFFSET ${skipped}`);
    return [...page, ...rows.map(pastOf).filter((past) => past !== undefined)];
  }

  /**
   * Returns the number of matching past sessions, regardless of pages. Throws {@linkcode
   * StateError} if the store cannot be read.
   */
  count(query: PastQuery = {}): number {
    const [row] = this.#select("count(*) AS n", query, "");
    return this.#recent(query).length + Number(row?.n ?? 0);
  }

  /** Returns the matching sessions among the waiting ones, newest first. */
  #recent(query: PastQuery): PastSession[] {
    return this.#waiting.toReversed().slice(0, this.#max).filter((past) => isWanted(past, query));
  }

  /** Returns the matching rows; `rest` is trusted SQL. */
  #select(columns: string, query: PastQuery, rest: string): Record<string, unknown>[] {
    const { peer, mac, acSessionId, from, to, end } = query;
    try {
      const statement = this.#database.prepare(
        `SELECT ${columns} FROM past WHERE number >= :oldest AND (:peer IS NULL OR peer = :peer)
         AND (:mac IS NULL OR customer = :mac OR ac = :mac)
         AND (:session IS NULL OR ac_session = :session)
         AND (:from IS NULL OR closed_at >= :from) AND (:to IS NULL OR closed_at <= :to)
         AND (:reason IS NULL OR reason = :reason) ${rest}`,
      );
      statement.setReadBigInts(true);
      return statement.all({
        oldest: this.#next + this.#waiting.length - this.#max,
        peer: peer ?? null,
        mac: mac === undefined ? null : formatMac(mac),
        session: acSessionId ?? null,
        from: from ?? null,
        to: to ?? null,
        reason: end ?? null,
      });
    } catch (error) {
      throw new StateError(`Cannot read past sessions: ${causeOf(error)}`, { cause: error });
    }
  }

  /**
   * Returns the number of the last row to remove, counting what `write` wrote, or 0 if too few rows
   * are surplus. The result exceeds what a slice can add, but is limited to a few steps, so a
   * lowered limit does not cause a long transaction.
   */
  #pruneEdge(): number {
    const last = this.#next + this.#written - 1 - this.#max;
    if (last - this.#first + 1 < PRUNE_STEP) return 0;
    return Math.min(last, this.#first + 4 * PRUNE_STEP - 1);
  }
}

function rowOf(number: number, past: PastSession): Value[] {
  return [
    number,
    past.peer,
    formatMac(past.customer),
    formatMac(past.concentrator),
    past.acSessionId,
    past.openedAt,
    past.closedAt,
    past.end,
    past.framesFromWire,
    past.bytesFromWire,
    past.framesToWire,
    past.bytesToWire,
    past.acName,
    past.serviceName,
  ];
}

function pastOf(row: Record<string, unknown>): PastSession | undefined {
  const values = checkedValues(row);
  const customer = parseMac(String(values?.[2]));
  const concentrator = parseMac(String(values?.[3]));
  if (values === undefined || customer === undefined || concentrator === undefined) {
    return undefined;
  }
  return {
    peer: String(values[1]),
    customer,
    concentrator,
    acSessionId: Number(values[4]),
    openedAt: Number(values[5]),
    closedAt: Number(values[6]),
    end: String(values[7]),
    framesFromWire: Number(values[8]),
    bytesFromWire: Number(values[9]),
    framesToWire: Number(values[10]),
    bytesToWire: Number(values[11]),
    acName: String(values[12]),
    serviceName: String(values[13]),
  };
}
