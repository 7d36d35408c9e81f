import { CODE_PADT } from "../pppoe/constants.ts";
import { padt } from "../pppoe/discovery.ts";
import type { DiscoveryPacket } from "../pppoe/frame.ts";
import { isGroupAddress, readMac } from "../pppoe/mac.ts";
import { readTags } from "../pppoe/tags.ts";
import type { Party } from "./frame_tap.ts";
import { goodbyeTags } from "./goodbye_tags.ts";
import { PartingSessions } from "./parting.ts";
import { Known, type Member, type Session } from "./session.ts";
import { SessionCodeGate, type SessionCodeGateOptions } from "./session_code_gate.ts";
import { proofTag, takeProof } from "./session_proof.ts";
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
    sessions.opened = (session) => this.#parting.forget(session);
  }

  /** Takes over other limits. */
  reconfigure(limits: SessionDiscoveryOptions["limits"]): void {
    this.#codes.reconfigure(limits);
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
      if (session.member.listing) this.#prove(session);
      return;
    }
    const tags = this.#codes.pass(session, packet, !this.#switch.acOnWire);
    if (typeof tags === "string") this.#switch.drops.count(tags);
    else this.#switch.outlet.packetToWire(session, packet.code, tags);
  }

  /** Shows a server that does not know a session any more that it was one. */
  #prove({ member, handle, proof, customer, concentrator, acSessionId }: Session): void {
    if (proof === undefined) return;
    const frame = padt(concentrator, customer, acSessionId, [proofTag(proof)]);
    this.#switch.outlet.toTunnel({ member, customer }, handle, frame);
    this.#switch.touch(member);
  }

  /** Whose session a frame from the wire is of, also of one that has just ended. */
  partyOf(view: DataView, at: number, packet: DiscoveryPacket): Party | undefined {
    const { source, destination, sessionId } = packet;
    return this.#switch.sessionOf(view, at) ??
      this.#parting.findFromWire(source, destination, sessionId);
  }

  /** A frame of no open session from the wire: the answer to a PADT passes. */
  strayFromWire({ code, source, destination, sessionId, tags }: DiscoveryPacket): void {
    const { outlet, drops, earlier } = this.#switch;
    if (code !== CODE_PADT) return drops.count("session-unknown");
    earlier.parted.forget({ remote: source, local: destination, wireSessionId: sessionId });
    earlier.claims.forget(source, destination, sessionId);
    earlier.orphans.forget({ remote: source, local: destination, sessionId });
    const session = this.#parting.takeFromWire(source, destination, sessionId);
    if (session === undefined) drops.count("session-unknown");
    else outlet.packetToTunnel(session, code, goodbyeTags(tags));
  }

  /**
   * Whether a frame may come now. A client that has not yet been told which of its sessions go on
   * may end one, which must be the same session here and there or none of ours.
   */
  isAllowed(member: Member, handle: number, packet: DiscoveryPacket): boolean {
    if (member.joining === undefined) return true;
    if (packet.code !== CODE_PADT || handle === 0) return false;
    const session = this.#switch.sessionByHandle(member, handle);
    return session === undefined ||
      session.acSessionId === packet.sessionId && session.customer === packet.source &&
        session.concentrator === packet.destination;
  }

  /** A frame of no open session from a tunnel: the answer to a PADT passes. */
  strayFromTunnel(member: Member, handle: number, packet: DiscoveryPacket): void {
    const { acOnWire, outlet, drops, earlier } = this.#switch;
    if (packet.code !== CODE_PADT) return drops.count("session-unknown");
    const session = this.#parting.takeFromTunnel(member, handle);
    if (session !== undefined) {
      // The AC has ended it, so its id may be another session's by now, or soon.
      const { remote, local, wireSessionId } = session;
      if (earlier.requests.isOpen(remote, local) || outlet.isHosts(remote, wireSessionId, true)) {
        return drops.count("session-unknown");
      }
      return outlet.packetToWire(session, CODE_PADT, goodbyeTags(packet.tags));
    }
    const known = member.known[handle];
    if (acOnWire && known === Known.declined) return this.#proven(member, handle, packet);
    if (!acOnWire && known === 0) return this.#claimed(member, handle, packet);
    drops.count("session-unknown");
  }

  /**
   * A client ends a session of which we have just told it that we do not know it. Where it shows our
   * own proof, the AC hears of it; it may be anybody's otherwise.
   */
  #proven(member: Member, handle: number, packet: DiscoveryPacket): void {
    member.known[handle] = Known.used;
    const { source: customer, destination: concentrator, sessionId } = packet;
    const tags = readTags(packet.tags);
    const proof = typeof tags === "string" ? undefined : takeProof(tags).proof;
    const proofs = this.#switch.proofs;
    if (proof === undefined || proofs === undefined) {
      return this.#switch.drops.count("session-unknown");
    }
    const ids = { handle, acSessionId: sessionId, customer, concentrator };
    const local = [readMac(this.#link.mac, 0), customer].find((local) =>
      proofs.verify(member.name, { ...ids, local }, proof)
    );
    if (local === undefined) return this.#switch.drops.count("session-unproven");
    this.#switch.earlier.orphans.end({ remote: concentrator, local, sessionId });
  }

  /** A server ends a session that we do not have: an earlier process may have had it. */
  #claimed(member: Member, handle: number, packet: DiscoveryPacket): void {
    const { source: concentrator, destination: customer, sessionId } = packet;
    member.known[handle] = Known.used;
    if (isGroupAddress(customer)) return this.#switch.drops.count("session-unknown");
    // Either is what the customer knows us by; its own frame tells.
    for (const local of [readMac(this.#link.mac, 0), concentrator]) {
      this.#switch.earlier.claims.add({ remote: customer, local, sessionId });
    }
  }
}
