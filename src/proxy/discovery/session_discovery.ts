import { CODE_PADT } from "../../pppoe/constants.ts";
import { padt } from "../../pppoe/discovery.ts";
import type { DiscoveryPacket } from "../../pppoe/frame.ts";
import { isGroupAddress, readMac } from "../../pppoe/mac.ts";
import { readTags } from "../../pppoe/tags.ts";
import type { Party } from "../session/frame_tap.ts";
import { padtTags } from "../session/padt_tags.ts";
import { ClosingSessions } from "../session/closing.ts";
import {
  type EndSide,
  Known,
  type Peer,
  type Session,
  type SessionEnd,
} from "../session/session.ts";
import { SessionCodeGate, type SessionCodeGateOptions } from "../session/session_code_gate.ts";
import { proofTag, takeProof } from "../session/session_proof.ts";
import type { Sessions } from "../session/sessions.ts";

/** Dependencies of {@linkcode SessionDiscovery}. */
export interface SessionDiscoveryOptions extends SessionCodeGateOptions {
  readonly link: { readonly mac: Uint8Array };
}

/** Handles discovery frames that belong to a session: PADT ends it, all others are forwarded. */
export class SessionDiscovery {
  #sessions: Sessions;
  #closing: ClosingSessions;
  #codes: SessionCodeGate;
  #link: SessionDiscoveryOptions["link"];

  constructor(sessions: Sessions, options: SessionDiscoveryOptions) {
    this.#sessions = sessions;
    this.#closing = new ClosingSessions(options.now);
    this.#codes = new SessionCodeGate(options);
    this.#link = options.link;
    sessions.opened = (session) => this.#closing.forget(session);
  }

  /** Applies new limits. */
  reconfigure(limits: SessionDiscoveryOptions["limits"]): void {
    this.#codes.reconfigure(limits);
  }

  /** Handles a frame of an open session from the wire. */
  fromWire(session: Session, packet: DiscoveryPacket): void {
    if (packet.code === CODE_PADT) {
      const end = this.#sessions.acOnWire ? "padt-ac" : "padt-customer";
      const detail = { tags: padtTags(packet.tags) };
      this.#sessions.close(session, end, { wire: false, tunnel: true }, detail);
      if (session.peer.tunnel !== undefined) this.#closing.add(session, "tunnel");
      return;
    }
    const tags = this.#codes.pass(session, packet, this.#sessions.acOnWire);
    if (typeof tags === "string") this.#sessions.drops.count(tags);
    else this.#sessions.outlet.packetToTunnel(session, packet.code, tags);
  }

  /** Handles a frame with an open session's handle from a tunnel. */
  fromTunnel(session: Session, packet: DiscoveryPacket): void {
    if (packet.code === CODE_PADT) {
      const { side, end } = this.#endFromTunnel(session);
      const detail = { side, tags: padtTags(packet.tags) };
      this.#sessions.close(session, end, { wire: true, tunnel: false }, detail);
      this.#closing.add(session, "wire");
      if (session.peer.listing) this.#prove(session);
      return;
    }
    const tags = this.#codes.pass(session, packet, !this.#sessions.acOnWire);
    if (typeof tags === "string") this.#sessions.drops.count(tags);
    else this.#sessions.outlet.packetToWire(session, packet.code, tags);
  }

  /** Returns how the other side ended a session: what it has reported, or what a PADT means. */
  #endFromTunnel({ peer, handle }: Session): { side: EndSide; end: SessionEnd } {
    const reported = peer.endings.reasonOf(handle);
    if (this.#sessions.acOnWire) return { side: "client", end: reported ?? "padt-customer" };
    return { side: "server", end: reported ?? (peer.listing ? "not-resumed" : "padt-ac") };
  }

  /** Proves a session to a server that no longer knows it. */
  #prove({ peer, handle, proof, customer, concentrator, acSessionId }: Session): void {
    if (proof === undefined) return;
    const frame = padt(concentrator, customer, acSessionId, [proofTag(proof)]);
    this.#sessions.outlet.toTunnel({ peer, customer }, handle, frame);
    this.#sessions.writers.touch(peer);
  }

  /** Returns the session of a frame from the wire, including one that has just ended. */
  partyOf(view: DataView, at: number, packet: DiscoveryPacket): Party | undefined {
    const { source, destination, sessionId } = packet;
    return this.#sessions.sessionOf(view, at) ??
      this.#closing.findFromWire(source, destination, sessionId);
  }

  /** Handles a frame of no open session from the wire: the answer to a PADT is forwarded. */
  strayFromWire({ code, source, destination, sessionId, tags }: DiscoveryPacket): void {
    const { outlet, drops, earlier } = this.#sessions;
    if (code !== CODE_PADT) return drops.count("session-unknown");
    earlier.closed.forget({ remote: source, local: destination, wireSessionId: sessionId });
    earlier.claims.forget(source, destination, sessionId);
    earlier.orphans.forget({ remote: source, local: destination, sessionId });
    const session = this.#closing.takeFromWire(source, destination, sessionId);
    if (session === undefined) drops.count("session-unknown");
    else outlet.packetToTunnel(session, code, padtTags(tags));
  }

  /**
   * Whether a frame is acceptable now. A client that does not know yet which of its sessions
   * continue may end one, which must be the same session on both sides or none of ours.
   */
  isAllowed(peer: Peer, handle: number, packet: DiscoveryPacket): boolean {
    if (peer.joining === undefined) return true;
    if (packet.code !== CODE_PADT || handle === 0) return false;
    const session = this.#sessions.sessionByHandle(peer, handle);
    return session === undefined ||
      session.acSessionId === packet.sessionId && session.customer === packet.source &&
        session.concentrator === packet.destination;
  }

  /** Handles a frame of no open session from a tunnel: the answer to a PADT is forwarded. */
  strayFromTunnel(peer: Peer, handle: number, packet: DiscoveryPacket): void {
    const { acOnWire, outlet, drops, earlier } = this.#sessions;
    if (packet.code !== CODE_PADT) return drops.count("session-unknown");
    const session = this.#closing.takeFromTunnel(peer, handle);
    if (session !== undefined) {
      // The AC has ended it, so its id may already belong to another session, or will soon.
      const { remote, local, wireSessionId } = session;
      if (earlier.requests.isOpen(remote, local) || outlet.isHosts(remote, wireSessionId, true)) {
        return drops.count("session-unknown");
      }
      return outlet.packetToWire(session, CODE_PADT, padtTags(packet.tags));
    }
    const known = peer.known[handle];
    if (acOnWire && known === Known.declined) return this.#proven(peer, handle, packet);
    if (!acOnWire && known === 0) return this.#claimed(peer, handle, packet);
    drops.count("session-unknown");
  }

  /**
   * Handles a client's end of a session that we have just declined. With our own proof, the AC gets
   * a PADT; without, the session may be another client's.
   */
  #proven(peer: Peer, handle: number, packet: DiscoveryPacket): void {
    peer.known[handle] = Known.used;
    const { source: customer, destination: concentrator, sessionId } = packet;
    const tags = readTags(packet.tags);
    const proof = typeof tags === "string" ? undefined : takeProof(tags).proof;
    const proofs = this.#sessions.proofs;
    if (proof === undefined || proofs === undefined) {
      return this.#sessions.drops.count("session-unknown");
    }
    const ids = { handle, acSessionId: sessionId, customer, concentrator };
    const local = [readMac(this.#link.mac, 0), customer].find((local) =>
      proofs.verify(peer.name, { ...ids, local }, proof)
    );
    if (local === undefined) return this.#sessions.drops.count("session-unproven");
    this.#sessions.earlier.orphans.end({ remote: concentrator, local, sessionId }, peer.name);
  }

  /**
   * Handles a server's end of a session that we do not have: an earlier process may have had it.
   */
  #claimed(peer: Peer, handle: number, packet: DiscoveryPacket): void {
    const { source: concentrator, destination: customer, sessionId } = packet;
    peer.known[handle] = Known.used;
    if (isGroupAddress(customer)) return this.#sessions.drops.count("session-unknown");
    // The customer knows us by one of these; its own frame will show which.
    for (const local of [readMac(this.#link.mac, 0), concentrator]) {
      this.#sessions.earlier.claims.add({ remote: customer, local, sessionId });
    }
  }
}
