import type { Transport } from "../tunnel/transport.ts";
import type { TunnelEnd } from "../tunnel/close_reason.ts";
import type { Peer, Session } from "../proxy/session/session.ts";
import { isHungUp } from "./connect_cause.ts";
import { TRAFFIC } from "./rates.ts";
import { COUNTERS, type SessionTable } from "../proxy/session/session_table.ts";

/** Reasons of a peer that will be away, and says so. */
const STOPS: ReadonlySet<TunnelEnd["reason"]> = new Set(["restart", "shutdown"]);
/** Refusals that last until a person changes something. */
const VERDICTS: ReadonlySet<TunnelEnd["reason"]> = new Set([
  "name-in-use",
  "not-authenticated",
  "unsupported-version",
]);
/** A refusal for lack of room, which says nothing about the login. */
export const NO_ROOM: TunnelEnd["reason"] = "too-many-connections";

/** Whether an attempt failed for a lack of room, said or not: the login may still be wrong. */
export function saysNothing(end: TunnelEnd): boolean {
  return end.reason === NO_ROOM || isHungUp(end);
}

/** Takes the name and the traffic of a peer; the array is only valid during the call. */
type VisitTraffic = (name: string, traffic: Float64Array) => void;

/** What is known of a tunnel when it comes up. */
export interface TunnelFacts {
  /** Remote address. */
  readonly address: string;
  readonly transport: Transport;
  /** Why it is not over the preferred transport; empty if it is. */
  readonly detail: string;
}

/** The last failed attempt to connect, of those since the tunnel was up. */
export interface FailedAttempt {
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  /** Why it failed, in words. */
  readonly cause: string;
  /** Wall-clock times of the failure and of the next attempt, in milliseconds. */
  readonly at: number;
  readonly nextAt: number;
}

/** Monitoring data of a peer beyond its tunnels and sessions. */
export interface PeerStats {
  /** The client's name on the server; the server's address on the client. */
  readonly name: string;
  /** Remote address of the tunnel; undefined without one. */
  address: string | undefined;
  /** The transport of its last tunnel. */
  transport: Transport | undefined;
  transportDetail: string;
  /**
   * Wall-clock time at which the tunnel came up or was lost, in milliseconds; undefined before the
   * first.
   */
  since: number | undefined;
  /** How its last tunnel, or attempt to set one up, ended. */
  end: TunnelEnd | undefined;
  /** How the peer closed its last tunnel, if it said that it stops or restarts. */
  farewell: TunnelEnd | undefined;
  /** Why the last login failed; kept while later attempts say nothing of it (client). */
  verdict: TunnelEnd | undefined;
  /** The last failed attempt since its last tunnel (client). */
  failed: FailedAttempt | undefined;
  /** Number of tunnels since startup. */
  connects: number;
  /** Traffic of its ended sessions: counters as in the session table. */
  readonly ended: Float64Array;
  /** Where the traffic of all its sessions is added up, once a second. */
  readonly sum: Float64Array;
}

/** The peers that have had a tunnel; bounded by the number of configured names. */
export class AllPeerStats {
  readonly byName = new Map<string, PeerStats>();
  /** Sessions from this place on are not in the sums yet; Infinity if none are being made. */
  #summedUntil = Infinity;
  /** The peer of the session that was summed last. */
  #latest: PeerStats | undefined;
  #wallClock: () => number;

  constructor(wallClock: () => number) {
    this.#wallClock = wallClock;
  }

  /** Records that a tunnel is up. */
  connected(name: string, { address, transport, detail }: TunnelFacts): void {
    const peer = this.#peer(name);
    peer.address = address;
    peer.transport = transport;
    peer.transportDetail = detail;
    peer.since = this.#wallClock();
    peer.connects++;
    peer.verdict = undefined;
    peer.failed = undefined;
  }

  /** Records that the remote address of a tunnel has changed. */
  moved(name: string, from: string, address: string): void {
    const peer = this.#peer(name);
    if (peer.address === from) peer.address = address;
  }

  /**
   * Records the end of the tunnel from this address; returns false if another has replaced it.
   */
  disconnected(name: string, address: string, end: TunnelEnd): boolean {
    const peer = this.#peer(name);
    if (peer.address !== address) return false;
    peer.end = end;
    peer.farewell = end.by === "peer" && STOPS.has(end.reason) ? end : undefined;
    peer.address = undefined;
    peer.since = this.#wallClock();
    return true;
  }

  /** Records a failed attempt; the next begins in `delay` milliseconds. */
  failed(name: string, end: TunnelEnd, attempt: number, cause: string, delay: number): void {
    const peer = this.#peer(name);
    const at = this.#wallClock();
    peer.end = end;
    if (!saysNothing(end)) peer.verdict = VERDICTS.has(end.reason) ? end : undefined;
    peer.failed = { attempt, cause, at, nextAt: at + delay };
  }

  /** Adds an ended session's traffic to its peer. */
  ended({ peer, index }: Session, table: SessionTable): void {
    const { ended, sum } = this.#peer(peer.name);
    add(ended, table.counters, index * COUNTERS);
    // Without this, the sum of a round that had not come to the session would fall.
    if (index >= this.#summedUntil) add(sum, table.counters, index * COUNTERS);
  }

  /** Begins to add up the traffic of each peer. */
  beginSums(): void {
    for (const { ended, sum } of this.byName.values()) sum.set(ended);
    this.#summedUntil = 0;
    this.#latest = undefined;
  }

  /** Adds an open session's traffic to its peer's sum; in the order of the table, each once. */
  addToSum({ peer, index }: Session, table: SessionTable): void {
    if (this.#latest?.name !== peer.name) this.#latest = this.#peer(peer.name);
    add(this.#latest.sum, table.counters, index * COUNTERS);
    this.#summedUntil = index + 1;
  }

  /** Ends the sums, and visits each peer's: the traffic of all its sessions, open and ended. */
  visitSums(visit: VisitTraffic): void {
    this.#summedUntil = Infinity;
    for (const { name, sum } of this.byName.values()) visit(name, sum);
  }

  /** Returns the traffic of all sessions of each peer, open and ended. */
  traffic(table: SessionTable): Map<string, Float64Array> {
    const sums = new Map<string, Float64Array>();
    for (const { name, ended } of this.byName.values()) sums.set(name, ended.slice());
    for (const { peer, index } of table) {
      let sum = sums.get(peer.name);
      if (sum === undefined) sums.set(peer.name, sum = new Float64Array(TRAFFIC));
      add(sum, table.counters, index * COUNTERS);
    }
    return sums;
  }

  #peer(name: string): PeerStats {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    const peer = {
      name,
      address: undefined,
      transport: undefined,
      transportDetail: "",
      since: undefined,
      end: undefined,
      farewell: undefined,
      verdict: undefined,
      failed: undefined,
      connects: 0,
      ended: new Float64Array(TRAFFIC),
      sum: new Float64Array(TRAFFIC),
    };
    this.byName.set(name, peer);
    return peer;
  }
}

function add(sum: Float64Array, counters: Float64Array, at: number): void {
  for (let i = 0; i < TRAFFIC; i++) sum[i] += counters[at + i];
}

/** Returns the number of held sessions, whose peer has no tunnel. */
export function heldSessions(peers: Iterable<Peer>): number {
  let held = 0;
  for (const { tunnel, sessions } of peers) if (tunnel === undefined) held += sessions;
  return held;
}
