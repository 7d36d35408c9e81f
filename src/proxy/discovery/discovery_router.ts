import { CODE_PADI, CODE_PADO, CODE_PADR, CODE_PADS } from "../../pppoe/constants.ts";
import { parseDiscovery } from "../../pppoe/frame.ts";
import type { Discovery } from "./discovery.ts";
import { limitPayload } from "../session/payload_limit.ts";
import type { ProxyLimits, ProxyOptions } from "../session/proxy_options.ts";
import type { Peer } from "../session/session.ts";
import { SessionDiscovery } from "./session_discovery.ts";
import type { Sessions } from "../session/sessions.ts";

/** Codes that open sessions; any other packet with a session id belongs to that session. */
const OPENING: ReadonlySet<number> = new Set([CODE_PADI, CODE_PADO, CODE_PADR, CODE_PADS]);

/** Dependencies of a router. */
export interface DiscoveryRouterOptions {
  side: "server" | "client";
  options: ProxyOptions;
  sessions: Sessions;
  /** The discovery of the mode. */
  discovery: Discovery;
  /** A PPP-Max-Payload exceeded what the link carries and was lowered. */
  maxPayloadLowered?: ((asked: number, allowed: number) => void) | undefined;
}

/**
 * Parses discovery frames and routes each to its handler:
 *
 *     PADI, PADO, PADR, PADS ─────────▶ the mode's discovery
 *     of an open session ─────────────▶ SessionDiscovery
 *     of a session that is not open ──▶ SessionDiscovery, as a stray
 */
export class DiscoveryRouter {
  #side: "server" | "client";
  #link: ProxyOptions["link"];
  #etherType: number;
  #sessions: Sessions;
  #discovery: Discovery;
  #ofSessions: SessionDiscovery;
  #maxPayloadLowered: DiscoveryRouterOptions["maxPayloadLowered"];

  constructor({ side, options, sessions, discovery, maxPayloadLowered }: DiscoveryRouterOptions) {
    this.#side = side;
    this.#link = options.link;
    this.#etherType = options.etherTypes[0];
    this.#sessions = sessions;
    this.#discovery = discovery;
    this.#ofSessions = new SessionDiscovery(sessions, options);
    this.#maxPayloadLowered = maxPayloadLowered;
  }

  /** Applies new limits. */
  reconfigure(limits: ProxyLimits): void {
    this.#ofSessions.reconfigure(limits);
    this.#discovery.reconfigure(limits);
  }

  /** Handles a discovery frame of `length` bytes at `offset` from the wire. */
  fromWire(bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    const sessions = this.#sessions;
    const isExcess = this.#discovery.isExcess?.(bytes, offset, length);
    if (isExcess === true) return sessions.drops.count("discovery-rate");
    const packet = parseDiscovery(bytes.subarray(offset, offset + length), this.#etherType);
    if (typeof packet === "string") return sessions.drops.drop(packet);
    limitPayload(packet, this.#link, this.#maxPayloadLowered);
    sessions.discoveryStats.packet("from-wire", packet.code);
    if (packet.code === CODE_PADS) {
      sessions.earlier.requests.answered(packet.source, packet.destination);
    }
    if (sessions.tap !== undefined) {
      const party = this.#ofSessions.partyOf(view, offset, packet) ??
        this.#discovery.partyOf?.(packet);
      sessions.tap.discovery("wire", "in", party, bytes.subarray(offset, offset + length));
    }
    if (packet.sessionId === 0 || OPENING.has(packet.code)) {
      return this.#discovery.fromWire(packet);
    }
    const session = sessions.sessionOf(view, offset);
    if (session === undefined) return this.#ofSessions.strayFromWire(packet);
    this.#ofSessions.fromWire(session, packet);
  }

  /** Handles a discovery record from a tunnel of `peer`. */
  fromTunnel(peer: Peer, handle: number, frame: Uint8Array): void {
    const sessions = this.#sessions;
    const packet = parseDiscovery(frame);
    if (typeof packet === "string") return sessions.drops.drop(packet);
    limitPayload(packet, this.#link, this.#maxPayloadLowered);
    sessions.discoveryStats.packet("from-tunnel", packet.code);
    const fits = this.#ofSessions.isAllowed(peer, handle, packet);
    if (!fits) return sessions.drops.count("tunnel-frame-unfit");
    const customer = this.#side === "server" ? packet.source : packet.destination;
    sessions.tap?.discovery("tunnel", "in", { peer, customer }, frame);
    if (handle === 0 || OPENING.has(packet.code)) {
      return this.#discovery.fromTunnel(peer, handle, packet);
    }
    const session = sessions.sessionByHandle(peer, handle);
    if (session === undefined) return this.#ofSessions.strayFromTunnel(peer, handle, packet);
    this.#ofSessions.fromTunnel(session, packet);
  }
}
