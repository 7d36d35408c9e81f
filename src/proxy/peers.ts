import type { TunnelEnd } from "../tunnel/close_reason.ts";
import type { Member, Session } from "./session.ts";
import { COUNTERS, type SessionTable } from "./session_table.ts";

/** Frames and bytes each way, in the order of a session's counters. */
const TRAFFIC = 4;

/** What is known of a far proxy beyond its tunnels and sessions. */
export interface Peer {
  /** The client's name on the server; the server's address on the client. */
  readonly name: string;
  /** Where the tunnel comes from; undefined while there is none. */
  address: string | undefined;
  /** When the tunnel came, or went: wall clock, milliseconds; undefined before the first. */
  since: number | undefined;
  /** How its last tunnel, or attempt to set one up, has ended. */
  end: TunnelEnd | undefined;
  /** Tunnels since the start. */
  connects: number;
  /** What its sessions that have ended have carried: counters as in the session table. */
  readonly ended: Float64Array;
}

/** The far proxies that have had a tunnel, which are as many as the configuration names. */
export class Peers {
  readonly byName = new Map<string, Peer>();
  #wallClock: () => number;

  constructor(wallClock: () => number) {
    this.#wallClock = wallClock;
  }

  /** A tunnel has come up. */
  connected(name: string, address: string): void {
    const peer = this.#peer(name);
    peer.address = address;
    peer.since = this.#wallClock();
    peer.connects++;
  }

  /** The tunnel from this address has gone, not the one that has taken its place; or an attempt failed. */
  disconnected(name: string, address: string, end: TunnelEnd): void {
    const peer = this.#peer(name);
    if (peer.address !== undefined && peer.address !== address) return;
    peer.end = end;
    if (peer.address === undefined) return;
    peer.address = undefined;
    peer.since = this.#wallClock();
  }

  /** A session has ended: what it carried stays with its peer. */
  ended({ member, index }: Session, table: SessionTable): void {
    add(this.#peer(member.name).ended, table.counters, index * COUNTERS);
  }

  /** What all sessions of each peer have carried, open ones and those that have ended. */
  traffic(table: SessionTable): Map<string, Float64Array> {
    const sums = new Map<string, Float64Array>();
    for (const { name, ended } of this.byName.values()) sums.set(name, ended.slice());
    for (const { member, index } of table) {
      const sum = sums.get(member.name) ?? new Float64Array(TRAFFIC);
      add(sum, table.counters, index * COUNTERS);
      sums.set(member.name, sum);
    }
    return sums;
  }

  #peer(name: string): Peer {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    const peer = {
      name,
      address: undefined,
      since: undefined,
      end: undefined,
      connects: 0,
      ended: new Float64Array(TRAFFIC),
    };
    this.byName.set(name, peer);
    return peer;
  }
}

function add(sum: Float64Array, counters: Float64Array, at: number): void {
  for (let i = 0; i < TRAFFIC; i++) sum[i] += counters[at + i];
}

/** Sessions that are held, because their member has no tunnel. */
export function heldSessions(members: Iterable<Member>): number {
  let held = 0;
  for (const { tunnel, sessions } of members) if (tunnel === undefined) held += sessions;
  return held;
}
