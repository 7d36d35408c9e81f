import { formatMac } from "../pppoe/mac.ts";
import type { TunnelEnd } from "../tunnel/close_reason.ts";
import { UdpDrops } from "../tunnel/udp_drops.ts";
import { EventFeed, type EventKind } from "./event_feed.ts";
import { Peers } from "./peers.ts";
import type { Session, SessionEnd } from "./session.ts";
import type { SessionTable } from "./session_table.ts";
import { count } from "./tallies.ts";

/** Reloads of the configuration. */
export interface Reloads {
  readonly results: Record<string, number>;
  /** Wall clock, milliseconds; undefined before the first. */
  lastSuccess: number | undefined;
}

/** What whoever watches the daemon is told: the latest events, and counts since the start. */
export class Monitor {
  readonly events: EventFeed;
  readonly peers: Peers;
  /** Sessions that have opened. */
  opened = 0;
  /** Sessions that have ended, by reason. */
  readonly closed: Record<string, number> = {};
  /** Attempts to connect, by "connected" or why they failed; on a server only the former. */
  readonly connects: Record<string, number> = {};
  /** Connections turned away, by reason. */
  readonly rejected: Record<string, number> = {};
  readonly reloads: Reloads = { results: {}, lastSuccess: undefined };
  /** How late the event loop was when last looked at. Milliseconds. */
  loopLag = 0;
  /** What the kernel drops of the UDP sockets that carry tunnels. */
  readonly udpDrops = new UdpDrops();
  #wallClock: () => number;

  constructor(wallClock: () => number) {
    this.#wallClock = wallClock;
    this.events = new EventFeed(wallClock);
    this.peers = new Peers(wallClock);
  }

  /** A session has opened (no end) or ended. */
  session(session: Session, end: SessionEnd | undefined, table: SessionTable): void {
    const facts = sessionFacts(session);
    if (end === undefined) {
      this.opened++;
      return this.events.emit("session-opened", facts);
    }
    count(this.closed, end);
    this.peers.ended(session, table);
    this.events.emit("session-closed", { ...facts, reason: end });
  }

  connected(peer: string, address: string): void {
    count(this.connects, "connected");
    this.peers.connected(peer, address);
    this.events.emit("tunnel-up", { peer, address });
  }

  /** A tunnel has ended, or an attempt to set one up has failed. */
  disconnected(peer: string, address: string, end: TunnelEnd, wasUp: boolean): void {
    if (!wasUp) count(this.connects, end.reason);
    this.peers.disconnected(peer, address, end);
    this.events.emit("tunnel-down", { peer, address, ...end });
  }

  /** A configuration was loaded anew, or was not: "applied", "unchanged", "failed". */
  reloaded(result: string, facts: Record<string, unknown>): void {
    count(this.reloads.results, result);
    if (result !== "failed") this.reloads.lastSuccess = this.#wallClock();
    this.events.emit("reload", { result, ...facts });
  }

  /** An event that nothing is counted of here. */
  emit(kind: EventKind, facts: Record<string, unknown>): void {
    this.events.emit(kind, facts);
  }
}

function sessionFacts(session: Session): Record<string, unknown> {
  return {
    client: session.member.name,
    customer_mac: formatMac(session.customer),
    ac_mac: formatMac(session.concentrator),
    session_id: session.acSessionId,
  };
}
