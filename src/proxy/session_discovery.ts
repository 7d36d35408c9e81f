import { CODE_PADT } from "../pppoe/constants.ts";
import type { DiscoveryPacket } from "../pppoe/frame.ts";
import { type Mac, readMac } from "../pppoe/mac.ts";
import type { Party } from "./frame_tap.ts";
import { goodbyeTags } from "./goodbye_tags.ts";
import { PartingSessions } from "./parting.ts";
import type { Member, Session } from "./session.ts";
import { SessionCodeGate, type SessionCodeGateOptions } from "./session_code_gate.ts";
import type { SessionSwitch } from "./session_switch.ts";

/** What the discovery of sessions is made of. */
export interface SessionDiscoveryOptions extends SessionCodeGateOptions {
  readonly link: { readonly mac: Uint8Array };
}

/** Discovery frames that belong to a session: PADT ends it, all others pass. */
export class SessionDiscovery {
  #switch: SessionSwitch;
  #parting: PartingSessions;
  #codes: SessionCodeGate;
  #link: SessionDiscoveryOptions["link"];

  constructor(sessions: SessionSwitch, options: SessionDiscoveryOptions) {
    this.#switch = sessions;
    this.#parting = new PartingSessions(options.now);
    this.#codes = new SessionCodeGate(options);
    this.#link = options.link;
  }

  /** A frame of an open session from the wire. */
  fromWire(session: Session, packet: DiscoveryPacket): void {
    if (packet.code === CODE_PADT) {
      const end = this.#switch.acOnWire ? "padt-ac" : "padt-customer";
      this.#switch.close(session, end, { wire: false, tunnel: true }, goodbyeTags(packet.tags));
      if (session.member.tunnel !== undefined) this.#parting.add(session, "tunnel");
      return;
    }
    const tags = this.#codes.pass(session, packet, this.#switch.acOnWire);
    if (typeof tags === "string") this.#switch.drops.count(tags);
    else this.#switch.outlet.packetToTunnel(session, packet.code, tags);
  }

  /** A frame with an open session's handle from a tunnel. */
  fromTunnel(session: Session, packet: DiscoveryPacket): void {
    if (packet.code === CODE_PADT) {
      const end = this.#switch.acOnWire ? "padt-customer" : "padt-ac";
      this.#switch.close(session, end, { wire: true, tunnel: false }, goodbyeTags(packet.tags));
      this.#parting.add(session, "wire");
      return;
    }
    const tags = this.#codes.pass(session, packet, !this.#switch.acOnWire);
    if (typeof tags === "string") this.#switch.drops.count(tags);
    else this.#switch.outlet.packetToWire(session, packet.code, tags);
  }

  /** Whose session a frame from the wire is of, also of one that has just ended. */
  partyOf(view: DataView, at: number, packet: DiscoveryPacket): Party | undefined {
    const { source, destination, sessionId } = packet;
    return this.#switch.sessionOf(view, at) ??
      this.#parting.findFromWire(source, destination, sessionId);
  }

  /** A frame of no open session from the wire: the answer to a PADT passes. */
  strayFromWire({ code, source, destination, sessionId, tags }: DiscoveryPacket): void {
    const session = code === CODE_PADT
      ? this.#parting.takeFromWire(source, destination, sessionId)
      : undefined;
    if (session === undefined) this.#switch.drops.count("session-unknown");
    else this.#switch.outlet.packetToTunnel(session, code, goodbyeTags(tags));
  }

  /** A frame of no open session from a tunnel: the answer to a PADT passes. */
  strayFromTunnel(member: Member, handle: number, packet: DiscoveryPacket): void {
    const { code, tags, destination, sessionId } = packet;
    const session = code === CODE_PADT ? this.#parting.takeFromTunnel(member, handle) : undefined;
    if (session === undefined) {
      // One that was opened just before we were killed; the customer may still believe in it.
      const isOrphan = code === CODE_PADT && !this.#switch.acOnWire && member.known[handle] === 0;
      if (isOrphan) return this.refuseOrphan(destination, sessionId);
      return this.#switch.drops.count("session-unknown");
    }
    this.#switch.outlet.packetToWire(session, CODE_PADT, goodbyeTags(tags));
  }

  /**
   * Tells a peer on the wire that a session with us is no more which the far proxy knows and we do
   * not. It has our own address, and no open session is of that id, so it is nobody else's.
   */
  refuseOrphan(remote: Mac, sessionId: number): void {
    const own = readMac(this.#link.mac, 0);
    const { table, outlet } = this.#switch;
    if (table.find(remote, own, sessionId) < 0) outlet.refuse(remote, own, sessionId);
  }
}
