import { CLIENT_COLUMNS, TRAFFIC_COLUMNS } from "../history/columns.ts";
import type { HistorySource } from "../history/history.ts";
import type { Peer, Session } from "../proxy/session/session.ts";
import { SessionSweep } from "../proxy/session/session_sweep.ts";
import {
  BYTES_FROM_WIRE,
  BYTES_TO_WIRE,
  COUNTERS,
  FRAMES_FROM_WIRE,
  FRAMES_TO_WIRE,
  type SessionTable,
} from "../proxy/session/session_table.ts";
import type { PeerStats } from "./peer_stats.ts";

/** What the history reads of a daemon. */
export interface Counted {
  readonly mode: "server" | "client";
  /** A monotonic clock, in milliseconds. */
  now(): number;
  readonly table: Pick<SessionTable, "sessions" | "counters">;
  /** Peers with a tunnel or sessions, by name. */
  readonly peers: ReadonlyMap<string, Pick<Peer, "name" | "tunnel">>;
  /** Peers that have had a tunnel, by name. */
  readonly stats: ReadonlyMap<string, Pick<PeerStats, "ended">>;
  drops(): number;
}

/** A session's counters in the order of the history's columns, by mode. */
const UPWARDS = {
  client: [BYTES_FROM_WIRE, BYTES_TO_WIRE, FRAMES_FROM_WIRE, FRAMES_TO_WIRE],
  server: [BYTES_TO_WIRE, BYTES_FROM_WIRE, FRAMES_TO_WIRE, FRAMES_FROM_WIRE],
} as const;
const OPEN = 4;
const HELD = 5;
const ROUND_TRIP = 6;

/** Takes a session and its traffic, which is only valid during the call. */
type SessionVisit = (session: Session, values: Float64Array, isFresh: boolean) => void;

/** Reads a daemon's counters for the history, without allocating per session except for new peers. */
export class DaemonCounters implements HistorySource {
  #of: Counted;
  /** Values of each peer's columns. */
  #rows = new Map<string, Float64Array>();
  #traffic = new Float64Array(TRAFFIC_COLUMNS);
  #sweep: SessionSweep;
  #visit: SessionVisit = () => {};

  constructor(of: Counted) {
    this.#of = of;
    this.#sweep = this.#sessionSweep();
  }

  peers(visit: (name: string, values: Float64Array) => void): void {
    const { peers, stats, table } = this.#of;
    for (const row of this.#rows.values()) row.fill(0).fill(NaN, ROUND_TRIP);
    for (const [name, { ended }] of stats) this.#addTraffic(this.#row(name), ended, 0);
    for (const { name, tunnel } of peers.values()) {
      if (tunnel !== undefined) this.#row(name)[ROUND_TRIP] = tunnel.roundTrip ?? NaN;
    }
    let latest: { readonly name: string; readonly row: Float64Array } | undefined;
    for (const session of table.sessions) {
      if (session === undefined) continue;
      const { name } = session.peer;
      if (latest?.name !== name) latest = { name, row: this.#row(name) };
      const { row } = latest;
      this.#addTraffic(row, table.counters, session.index * COUNTERS);
      row[session.peer.tunnel === undefined ? HELD : OPEN]++;
    }
    for (const [name, row] of this.#rows) visit(name, row);
  }

  sessions(visit: SessionVisit): boolean {
    this.#visit = visit;
    return this.#sweep.turn(this.#of.now());
  }

  drops(): number {
    return this.#of.drops();
  }

  #sessionSweep(): SessionSweep {
    const { table, now } = this.#of;
    let begunAt = now();
    let freshSince = begunAt;
    return new SessionSweep(table, [{
      begin(time): void {
        freshSince = begunAt;
        begunAt = time;
      },
      visit: (session) => {
        this.#addTraffic(this.#traffic.fill(0), table.counters, session.index * COUNTERS);
        this.#visit(session, this.#traffic, session.openedAt >= freshSince);
      },
      end(): void {},
    }]);
  }

  #row(name: string): Float64Array {
    const known = this.#rows.get(name);
    if (known !== undefined) return known;
    const row = new Float64Array(CLIENT_COLUMNS).fill(NaN, ROUND_TRIP);
    this.#rows.set(name, row);
    return row;
  }

  #addTraffic(row: Float64Array, counters: Float64Array, at: number): void {
    const order = UPWARDS[this.#of.mode];
    for (let column = 0; column < TRAFFIC_COLUMNS; column++) {
      row[column] += counters[at + order[column]];
    }
  }
}
