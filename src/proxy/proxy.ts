import type { FrameSink, Link } from "../../ffi/link.ts";
import { CODE_PADI, CODE_PADO, CODE_PADR, CODE_PADS } from "../pppoe/constants.ts";
import { type DiscoveryPacket, parseDiscovery } from "../pppoe/frame.ts";
import type { Tunnel, TunnelSink } from "../tunnel/tunnel.ts";
import type { ProxyOptions } from "./proxy_options.ts";
import { type Member, newMember } from "./session.ts";
import { SessionSwitch } from "./session_switch.ts";

/** The discovery of one mode. */
export interface Discovery {
  /** A discovery frame without a session, from the wire. */
  fromWire(packet: DiscoveryPacket): void;
  /** A packet from a member that belongs to no open session; a PADS brings its new handle. */
  fromTunnel(member: Member, handle: number, packet: DiscoveryPacket): void;
  /** A member has gone. */
  removeMember(member: Member): void;
}

/** Codes by which sessions come to be; what else carries a session id belongs to that session. */
const OPENING: ReadonlySet<number> = new Set([CODE_PADI, CODE_PADO, CODE_PADR, CODE_PADS]);

/**
 * What both modes share: a link on one side, tunnels on the other, and the switch between them.
 *
 *     wire ──▶ frame() ──session──▶ SessionSwitch ──▶ tunnel
 *                      └─discovery─▶ Discovery ────▶ tunnel
 *     tunnel ──▶ join().session ───▶ SessionSwitch ──▶ wire
 *                join().discovery ─▶ Discovery ────▶ wire
 */
export class Proxy implements FrameSink {
  readonly sessions: SessionSwitch;
  readonly members = new Set<Member>();
  readonly #link: Link;
  #discovery: Discovery;
  #discoveryType: number;
  #sessionType: number;
  #onState: (up: boolean, reason: string) => void;

  constructor(
    side: "server" | "client",
    options: ProxyOptions,
    discovery: (sessions: SessionSwitch) => Discovery,
    onState: (up: boolean, reason: string) => void,
  ) {
    this.#link = options.link;
    [this.#discoveryType, this.#sessionType] = options.etherTypes;
    this.sessions = new SessionSwitch({ side, ...options });
    this.#discovery = discovery(this.sessions);
    this.#onState = onState;
  }

  /** A frame from the wire. */
  frame(bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    const type = length < 14 ? 0 : view.getUint16(offset + 12);
    if (type === this.#sessionType) this.sessions.fromWire(bytes, view, offset, length);
    else if (type === this.#discoveryType) this.#discoveryFrame(bytes, view, offset, length);
    else this.sessions.drops.count("ethertype-wrong");
  }

  batchEnd(): void {
    this.sessions.wireBatchEnd();
  }

  get isFull(): boolean {
    return this.sessions.isFull;
  }

  state(up: boolean, reason: string): void {
    this.#onState(up, reason);
  }

  #discoveryFrame(bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    const packet = parseDiscovery(bytes.subarray(offset, offset + length), this.#discoveryType);
    if (typeof packet === "string") return this.sessions.drops.drop(packet);
    if (packet.sessionId === 0 || OPENING.has(packet.code)) {
      return this.#discovery.fromWire(packet);
    }
    const session = this.sessions.sessionOf(view, offset);
    if (session === undefined) return this.sessions.strayFromWire(packet);
    this.sessions.discoveryFromWire(session, packet);
  }

  #fromTunnel(member: Member, handle: number, frame: Uint8Array): void {
    const { sessions } = this;
    const packet = parseDiscovery(frame);
    if (typeof packet === "string") return sessions.drops.drop(packet);
    if (handle === 0 || OPENING.has(packet.code)) {
      return this.#discovery.fromTunnel(member, handle, packet);
    }
    const session = sessions.sessionByHandle(member, handle);
    if (session === undefined) return sessions.strayFromTunnel(member, handle, packet);
    sessions.discoveryFromTunnel(session, packet);
  }

  /** Takes in a tunnel; run it with the sink. */
  join(name: string, tunnel: Tunnel): { member: Member; sink: TunnelSink } {
    const member = newMember(name, tunnel);
    this.members.add(member);
    const { sessions } = this;
    const sink: TunnelSink = {
      session: (handle, offset, length) => sessions.fromTunnel(member, handle, offset, length),
      discovery: (handle, offset, length) => {
        const frame = tunnel.buffer.bytes.subarray(offset, offset + length);
        this.#fromTunnel(member, handle, frame);
      },
      dropped: (reason) => sessions.drops.count(reason),
      batchEnd: () => {
        sessions.tunnelBatchEnd();
        sessions.wireBatchEnd(); // answers to discovery wait in the writers
      },
    };
    return { member, sink };
  }

  /** A tunnel has ended: its sessions end on the wire. */
  leave(member: Member, end: "tunnel-lost" | "replaced"): void {
    if (!this.members.delete(member)) return;
    this.sessions.closeAll(member, end, { wire: true, tunnel: false });
    this.#discovery.removeMember(member);
  }

  /** Ends all sessions on both sides, and all tunnels, within `grace` milliseconds. */
  async shutdown(grace: number): Promise<void> {
    const leaving = [...this.members].map((member) => {
      this.sessions.closeAll(member, "shutdown", { wire: true, tunnel: true });
      return member.tunnel.close("shutdown", "", grace);
    });
    await Promise.all(leaving);
    this.#link.flush();
  }
}
