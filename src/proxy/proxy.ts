import type { FrameSink, Link } from "../../ffi/link/link.ts";
import type { Tunnel } from "../tunnel/tunnel.ts";
import type { TunnelSink } from "../tunnel/tunnel_sink.ts";
import { decodeEnded } from "../tunnel/session_ended.ts";
import { ControlType, type Violation } from "../tunnel/record/record.ts";
import type { Discovery } from "./discovery/discovery.ts";
import { DiscoveryGates } from "./discovery/discovery_gate.ts";
import { DiscoveryRouter } from "./discovery/discovery_router.ts";
import { listSessions } from "./listing.ts";
import { PeerTable } from "./peer_table.ts";
import type { ProxyLimits, ProxyOptions } from "./session/proxy_options.ts";
import { type Resumed, Resumption } from "./resumption.ts";
import type { Peer, RestoredSession, SessionEnd } from "./session/session.ts";
import { SessionForwarder } from "./session/forwarder.ts";
import { Sessions } from "./session/sessions.ts";
import { NOTIFY_BOTH } from "./session/session.ts";
import { SourceGate } from "./discovery/source_gate.ts";

/** Notes why the peer is about to end sessions, of which PADTs follow. */
function noteEnded({ handles, endings }: Peer, body: Uint8Array): Violation | undefined {
  const ended = decodeEnded(body);
  if (ended === undefined) return "unknown-control-type";
  for (const { handle, code } of ended) if (handles[handle] !== 0) endings.note(handle, code);
  return undefined;
}

/** Notified of events of a whole proxy. */
export interface ProxyObserver {
  /** The link went down or came back up. */
  state(up: boolean, reason: string): void;
  /** The two ends have agreed on the sessions to keep; a client knows only their number. */
  resumed(peer: string, outcome: Pick<Resumed, "kept"> & Partial<Resumed>): void;
  /** A PPP-Max-Payload exceeded what the link carries and was lowered. */
  maxPayloadLowered?(asked: number, allowed: number): void;
}

/**
 * Common to both modes: a link on one side, tunnels on the other, and what forwards between them.
 *
 *     wire ──▶ frame() ──session──▶ SessionForwarder ▶ tunnel
 *                      └─discovery─▶ DiscoveryRouter ▶ tunnel
 *     tunnel ──▶ session ──────────▶ SessionForwarder ▶ wire
 *                discovery ────────▶ DiscoveryRouter ▶ wire
 */
export class Proxy implements FrameSink {
  readonly sessions: Sessions;
  readonly peers: ReadonlyMap<string, Peer>;
  readonly #forwarder: SessionForwarder;
  readonly #peers: PeerTable;
  readonly #link: Link;
  #side: "server" | "client";
  #now: () => number;
  #discovery: Discovery;
  #router: DiscoveryRouter;
  #discoveryType: number;
  #sessionType: number;
  #observer: ProxyObserver;
  #gates: DiscoveryGates;
  /** Limits the customers of each client, on a server. */
  #sources: SourceGate;
  #limits: ProxyLimits;

  constructor(
    side: "server" | "client",
    options: ProxyOptions,
    discovery: (sessions: Sessions) => Discovery,
    observer: ProxyObserver,
  ) {
    this.#link = options.link;
    this.#limits = options.limits;
    this.#side = side;
    this.#now = options.now;
    this.#peers = new PeerTable(options.now, (name) => options.sessionPrefix?.(name));
    this.peers = this.#peers.peers;
    [this.#discoveryType, this.#sessionType] = options.etherTypes;
    this.sessions = new Sessions({ side, ...options });
    this.#forwarder = new SessionForwarder(this.sessions, options.link);
    this.#discovery = discovery(this.sessions);
    this.#router = new DiscoveryRouter({
      ...{ side, options, sessions: this.sessions, discovery: this.#discovery },
      maxPayloadLowered: observer.maxPayloadLowered,
    });
    this.#observer = observer;
    this.#gates = new DiscoveryGates(options.limits, options.now);
    this.#sources = new SourceGate(options);
  }

  /** Applies new limits. */
  reconfigure(limits: ProxyLimits): void {
    this.#limits = limits;
    this.#router.reconfigure(limits);
    this.#gates.reconfigure(limits, this.peers.values());
    this.#sources.reconfigure(limits);
  }

  /** Handles a frame from the wire. */
  frame(bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    const type = length < 14 ? 0 : view.getUint16(offset + 12);
    if (type === this.#sessionType) this.#forwarder.fromWire(bytes, view, offset, length);
    else if (type === this.#discoveryType) this.#router.fromWire(bytes, view, offset, length);
    else this.sessions.drops.count("ethertype-wrong");
  }

  batchEnd(): void {
    this.#forwarder.flushTunnels();
  }

  get isFull(): boolean {
    return this.sessions.writers.areFull;
  }

  get isSending(): boolean {
    return this.sessions.writers.areSending;
  }

  state(up: boolean, reason: string): void {
    this.#observer.state(up, reason);
  }

  /** The discoveries in progress. */
  get discoveries(): Pick<Discovery, "size" | "pacing" | "silence"> {
    return this.#discovery;
  }

  /**
   * Accepts a tunnel to the proxy of this name; run it with the returned sink. Sessions held for it
   * continue: a client lists its sessions, and a server waits for the list.
   */
  join(name: string, tunnel: Tunnel): { peer: Peer; sink: TunnelSink } {
    const peer = this.#peers.enter(name);
    // The other proxy may reconnect before we have noticed that its tunnel was lost.
    for (const old of [peer.tunnel, peer.joining]) old?.close("replaced", "", 0);
    peer.joining = tunnel;
    if (peer.tunnel !== undefined) this.leave(peer, peer.tunnel);
    if (this.#side === "client") {
      this.#attach(peer, tunnel);
      return { peer, sink: this.#sink(peer, tunnel, this.#list(peer, tunnel)) };
    }
    // The client is back: it has as long again to list its sessions, as it holds them for that too.
    peer.heldSince = this.#now();
    const resumption = new Resumption({
      sessions: this.sessions,
      peer,
      tunnel,
      most: this.#limits.sessionsOf(name),
      done: (outcome) => {
        this.#attach(peer, tunnel);
        this.#observer.resumed(name, outcome);
      },
    });
    const control = (type: number, body: Uint8Array): Violation | undefined => {
      if (type !== ControlType.sessions) return "unknown-control-type";
      return peer.joining === tunnel ? resumption.record(body) : "sessions-unexpected";
    };
    return { peer, sink: this.#sink(peer, tunnel, control) };
  }

  #attach(peer: Peer, tunnel: Tunnel): void {
    peer.tunnel = tunnel;
    peer.joining = undefined;
    tunnel.writer.beginBatch();
  }

  #list(peer: Peer, tunnel: Tunnel): TunnelSink["control"] {
    const own = [...this.sessions.table].filter((session) => session.peer === peer);
    for (const session of own) this.sessions.resumed(session);
    return listSessions(peer, tunnel, own, (kept) => {
      this.#observer.resumed(peer.name, { kept });
    });
  }

  #sink(peer: Peer, tunnel: Tunnel, control: TunnelSink["control"]): TunnelSink {
    const { sessions } = this;
    const { buffer } = tunnel;
    const gate = this.#side === "server" ? this.#gates.of(peer) : undefined;
    return {
      session: (handle, offset, length) => {
        if (peer.tunnel !== tunnel) return sessions.drops.refuse("session-unknown");
        return this.#forwarder.fromTunnel(peer, buffer, handle, offset, length);
      },
      discovery: (handle, offset, length) => {
        const isTheirs = peer.tunnel === tunnel || peer.joining === tunnel;
        if (!isTheirs) return sessions.drops.count("tunnel-frame-unfit");
        if (gate?.admits(handle, buffer.bytes, offset, length) === false) {
          sessions.drops.count("discovery-rate");
          return tunnel.violated("discovery-rate");
        }
        if (gate !== undefined && this.#sources.isExcess(buffer.bytes, offset, length, peer)) {
          return sessions.drops.count("discovery-rate");
        }
        this.#router.fromTunnel(peer, handle, buffer.bytes.subarray(offset, offset + length));
      },
      control: (type, body) => {
        return type === ControlType.ended ? noteEnded(peer, body) : control(type, body);
      },
      dropped: (reason) => sessions.drops.count(reason),
      roundTrip: (milliseconds) => sessions.discoveryStats.roundTrip.observe(milliseconds / 1_000),
      batchEnd: () => {
        this.#forwarder.flushWire();
        this.#forwarder.flushTunnels(); // answers to discovery wait in the writers
      },
    };
  }

  /** Handles the end of a tunnel: its peer's sessions are held until it reconnects. */
  leave(peer: Peer, tunnel: Tunnel): void {
    if (peer.tunnel === tunnel) {
      peer.tunnel = undefined;
      peer.heldSince = this.#now();
      this.#discovery.removePeer(peer);
    }
    if (peer.joining === tunnel) peer.joining = undefined;
    this.#peers.release(peer);
  }

  /** Restores an earlier process's session as held; returns false if it conflicts with others. */
  restore(name: string, session: RestoredSession, counters: readonly number[]): boolean {
    const peer = this.#peers.enter(name);
    const fits = this.sessions.restore({ ...session, peer }, counters);
    this.#peers.release(peer);
    return fits;
  }

  /** Ends sessions held for `grace` milliseconds, and expires stale requests. */
  sweep(grace: number): void {
    this.#discovery.expire();
    this.sessions.earlier.claims.expire();
    const since = this.#now() - grace;
    for (const peer of this.peers.values()) {
      if (peer.tunnel === undefined && peer.heldSince <= since) {
        this.#forget(peer, "tunnel-lost");
      }
    }
  }

  /** Ends the sessions of all other peers, because they belong to another server's AC. */
  endOthers(peer: Peer): void {
    for (const other of this.peers.values()) {
      if (other !== peer) this.#forget(other, "server-changed");
    }
  }

  /** Ends the sessions and tunnels of a peer that was removed from the configuration. */
  async expel(name: string, grace: number): Promise<void> {
    const peer = this.peers.get(name);
    if (peer === undefined) return;
    this.#forget(peer, "client-removed");
    const why = "the client was removed from the configuration";
    for (const tunnel of [peer.joining, peer.tunnel]) {
      await tunnel?.close("not-authenticated", why, grace);
    }
  }

  #forget(peer: Peer, end: SessionEnd): void {
    this.sessions.closeAll(peer, end, NOTIFY_BOTH);
    this.#peers.release(peer);
  }

  /** Ends all sessions on both sides, and all tunnels, within `grace` milliseconds. */
  async shutdown(grace: number): Promise<void> {
    const leaving = [...this.peers.values()].map((peer) => {
      this.sessions.closeAll(peer, "shutdown", NOTIFY_BOTH);
      return peer.tunnel?.close("shutdown", "", grace);
    });
    await Promise.all(leaving);
    this.sessions.earlier.orphans.flush();
    this.#link.flush();
  }

  /** Closes all tunnels and no session: the other proxies hold them, and our journal keeps them. */
  async suspend(grace: number): Promise<void> {
    await Promise.all(
      [...this.peers.values()].map(({ tunnel }) => tunnel?.close("restart", "", grace)),
    );
  }
}
