import { CLIENT_COLUMNS, COLUMNS, TRAFFIC_COLUMNS } from "../../src/history/columns.ts";
import type { HistorySource } from "../../src/history/history.ts";
import type { SessionKey } from "../../src/history/sessions.ts";

/** 2023-11-14 22:13:20, the start of a minute's third fine step. */
export const START = 1_700_000_000_000;
export const FINE = 10_000;
export const COARSE = 60_000;

/** A session of a client, and its traffic so far. */
export interface OpenSession extends SessionKey {
  traffic: number[];
  isFresh: boolean;
}

/** What a daemon has carried, as a test says. */
export class ScriptedSource implements HistorySource {
  /** Values of a client's columns, by name. */
  clients = new Map<string, number[]>();
  open: OpenSession[] = [];
  dropped = 0;
  /** Number of sessions that are visited at a time. */
  turn = Infinity;
  #next = 0;

  /** Adds a client, or sets some of its columns. */
  set(name: string, values: Partial<Record<(typeof COLUMNS)[number], number>>): void {
    const row = this.clients.get(name) ??
      Array.from({ length: CLIENT_COLUMNS }, (_, at) => COLUMNS[at] === "roundTrip" ? NaN : 0);
    for (const [column, value] of Object.entries(values)) {
      row[COLUMNS.indexOf(column as (typeof COLUMNS)[number])] = value;
    }
    this.clients.set(name, row);
  }

  /** Opens a session without traffic. */
  dial(client: string, handle: number): OpenSession {
    const traffic = new Array<number>(TRAFFIC_COLUMNS).fill(0);
    const session = { peer: { name: client }, handle, traffic, isFresh: true };
    this.open.push(session);
    return session;
  }

  peers(visit: (name: string, values: Float64Array) => void): void {
    for (const [name, row] of this.clients) visit(name, Float64Array.from(row));
  }

  sessions(
    visit: (session: SessionKey, values: Float64Array, isFresh: boolean) => void,
  ): boolean {
    const until = Math.min(this.#next + this.turn, this.open.length);
    for (const session of this.open.slice(this.#next, until)) {
      visit(session, Float64Array.from(session.traffic), session.isFresh);
      session.isFresh = false;
    }
    const isOver = until === this.open.length;
    this.#next = isOver ? 0 : until;
    return isOver;
  }

  drops(): number {
    return this.dropped;
  }
}
