import type { Link } from "../../../ffi/link/link.ts";
import {
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  TAG_AC_NAME,
  TAG_HOST_UNIQ,
} from "../../pppoe/constants.ts";
import { padt } from "../../pppoe/discovery.ts";
import { type DiscoveryPacket, encodeDiscovery } from "../../pppoe/frame.ts";
import { formatMac, type Mac, readMac } from "../../pppoe/mac.ts";
import { checkDiscovery } from "../../pppoe/rules.ts";
import { fitsDiscovery, setTag } from "../../pppoe/tag_edit.ts";
import { encodeTags, findTag, readTags, type Tag } from "../../pppoe/tags.ts";
import { refusalIn } from "./ac_refusal.ts";
import type { Concentrators } from "./concentrators.ts";
import type { DropReason } from "../session/drops.ts";
import { END_CODES } from "../session/session_end.ts";
import { freeSessionId } from "../session/free_session_id.ts";
import type { Offers } from "./offers.ts";
import type { Pending, PendingDiscoveries } from "./pending.ts";
import type { ClientPolicy, ProxyOptions } from "../session/proxy_options.ts";
import type { RequestGate } from "./request_gate.ts";
import { reportEnded } from "../session/report_ended.ts";
import type { Peer, Session } from "../session/session.ts";
import { nameIn, SharedNames } from "../session/session_names.ts";
import { takeProof } from "../session/session_proof.ts";
import type { Sessions } from "../session/sessions.ts";

/** Dependencies of {@linkcode ClientAnswers}. */
export interface ClientAnswersOptions {
  options: ProxyOptions;
  policy: ClientPolicy;
  sessions: Sessions;
  pending: PendingDiscoveries<Peer>;
  offers: Offers<Peer>;
  concentrators: Concentrators;
  gate: RequestGate;
  /** Called for each answer to a request. */
  answered: () => void;
  /** Drops a PADR and sends the reason to the customer. */
  refuse: (reason: DropReason, peer: Peer, padr: DiscoveryPacket, tags: Tag[]) => void;
}

/** Handles a server's answers, PADO and PADS, and sends them to the customer that asked. */
export class ClientAnswers {
  #link: Link;
  #options: ProxyOptions;
  #policy: ClientPolicy;
  #sessions: Sessions;
  #pending: PendingDiscoveries<Peer>;
  #offers: Offers<Peer>;
  #concentrators: Concentrators;
  #gate: RequestGate;
  #answered: () => void;
  #refuse: ClientAnswersOptions["refuse"];
  #names = new SharedNames();

  constructor(parts: ClientAnswersOptions) {
    this.#link = parts.options.link;
    this.#options = parts.options;
    this.#policy = parts.policy;
    this.#sessions = parts.sessions;
    this.#pending = parts.pending;
    this.#offers = parts.offers;
    this.#concentrators = parts.concentrators;
    this.#gate = parts.gate;
    this.#answered = parts.answered;
    this.#refuse = parts.refuse;
  }

  /** Handles a packet from the server: PADO, error PADS, or the PADS that opens a session. */
  fromTunnel(peer: Peer, handle: number, packet: DiscoveryPacket): void {
    if (handle !== 0) return this.#confirm(peer, handle, packet);
    const tags = readTags(packet.tags);
    if (typeof tags === "string") return this.#drop(tags, packet);
    const fault = checkDiscovery(packet, tags);
    if (fault !== undefined) return this.#drop(fault, packet);
    this.#sessions.discoveryStats.errorTags(tags);
    const hostUniq = findTag(tags, TAG_HOST_UNIQ);
    const pending = this.#pending.find(peer.name, packet.destination, hostUniq);
    if (pending === undefined) return this.#drop("unsolicited", packet);
    this.#noteAnswer(peer, packet, tags);
    if (packet.code === CODE_PADS && packet.sessionId === 0) {
      const excess = this.#gate.answers.confirmation(pending);
      if (excess !== undefined) return this.#drop(excess, packet);
      this.#options.story?.packet(peer, packet.destination, packet, tags);
      return this.#toCustomer(packet.source, packet, asAsked(pending, packet, tags));
    }
    if (packet.code !== CODE_PADO) return this.#drop("tunnel-frame-unfit", packet);
    const excess = this.#gate.answers.offer(pending, packet.source);
    if (excess !== undefined) return this.#drop(excess, packet);
    pending.asked = -Infinity;
    const shown = this.#offers.take(pending, packet, tags);
    if (typeof shown === "string") return this.#drop(shown, packet);
    this.#options.story?.packet(peer, packet.destination, packet, tags);
    this.#gate.padrs.offered(pending, packet.source);
    this.#concentrators.offered(packet.source, nameIn(tags, TAG_AC_NAME));
    this.#toCustomer(packet.source, packet, shown);
  }

  /** Reports that an AC answers, and that it or the server's proxy refuses if one does. */
  #noteAnswer(peer: Peer, packet: DiscoveryPacket, tags: Tag[]): void {
    const { source: concentrator, destination: customer, code } = packet;
    const acName = nameIn(tags, TAG_AC_NAME) || this.#concentrators.nameOf(concentrator);
    const refusal = refusalIn({ peer, customer, concentrator, acName, code, tags });
    if (refusal?.isProxys !== true) this.#answered();
    if (refusal !== undefined) this.#options.refused?.(refusal);
  }

  /** Handles the PADS that opens a session, or repeats it, with the handle chosen by the server. */
  #confirm(peer: Peer, handle: number, packet: DiscoveryPacket): void {
    const list = packet.code === CODE_PADS ? readTags(packet.tags) : "tunnel-frame-unfit";
    if (typeof list === "string") return this.#decline(list, peer, handle, packet);
    const fault = checkDiscovery(packet, list);
    if (fault !== undefined) return this.#decline(fault, peer, handle, packet);
    const { tags, proof } = takeProof(list);
    const { source, destination } = packet;
    const hostUniq = findTag(tags, TAG_HOST_UNIQ);
    const pending = this.#pending.find(peer.name, destination, hostUniq);
    const shown = asAsked(pending, packet, tags);
    const known = this.#sessions.sessionByHandle(peer, handle);
    if (known !== undefined) return this.#repeat(known, pending, packet, shown);
    if (pending?.requested.has(source) !== true) {
      return this.#decline("unsolicited", peer, handle, packet);
    }
    if (!fitsDiscovery(packet.code, shown)) {
      return this.#decline("discovery-too-long", peer, handle, packet);
    }
    const session = this.#open(peer, handle, packet, tags, proof, pending);
    if (typeof session === "string") return this.#overLimit(session, peer, handle, packet, shown);
    this.#pending.settle(pending);
    const pads = this.#shown(source, { ...packet, sessionId: session.wireSessionId }, shown);
    this.#gate.opened(pending, session, pads);
    this.#sessions.outlet.toWire(undefined, pads);
  }

  /** Handles a repeated PADS of an open session: accepted only between its customer and its AC. */
  #repeat(
    session: Session,
    pending: Pending<Peer> | undefined,
    packet: DiscoveryPacket,
    tags: Tag[],
  ): void {
    const { customer, concentrator, wireSessionId } = session;
    const isIts = packet.destination === customer && packet.source === concentrator;
    if (!isIts || pending === undefined) return this.#drop("unsolicited", packet);
    const excess = this.#gate.answers.confirmation(pending);
    if (excess !== undefined) return this.#drop(excess, packet);
    this.#pending.settle(pending);
    this.#toCustomer(concentrator, { ...packet, sessionId: wireSessionId }, tags);
  }

  /** Handles a limit reached between PADR and PADS: a PADT to the AC, an error to the customer. */
  #overLimit(
    reason: DropReason,
    peer: Peer,
    handle: number,
    packet: DiscoveryPacket,
    tags: Tag[],
  ): void {
    this.#tellServer(peer, handle, packet);
    const asked = { source: packet.destination, destination: this.#localAddress(packet.source) };
    const padr = { ...packet, ...asked, code: CODE_PADR, sessionId: 0 };
    this.#refuse(reason, peer, padr, tags);
  }

  /** Drops a PADS, and notifies the server that its session is not wanted here. */
  #decline(reason: DropReason, peer: Peer, handle: number, packet: DiscoveryPacket): void {
    this.#drop(reason, packet);
    this.#tellServer(peer, handle, packet);
  }

  #tellServer(peer: Peer, handle: number, packet: DiscoveryPacket): void {
    const { destination, source, sessionId } = packet;
    const party = { peer, customer: destination };
    if (peer.tunnel !== undefined) {
      reportEnded(peer.tunnel, [{ handle, code: END_CODES.unwanted }]);
    }
    this.#sessions.outlet.toTunnel(party, handle, padt(source, destination, sessionId));
    this.#sessions.writers.touch(peer);
  }

  #open(
    peer: Peer,
    handle: number,
    packet: DiscoveryPacket,
    tags: Tag[],
    proof: Uint8Array | undefined,
    pending: Pending<Peer>,
  ): Session | DropReason {
    const full = this.#gate.full(peer, packet.destination);
    if (full !== undefined) return full;
    const { destination: customer, source: concentrator, sessionId: acSessionId } = packet;
    const local = this.#localAddress(concentrator);
    const { table, earlier } = this.#sessions;
    const wireSessionId = freeSessionId(table, earlier.closed, { customer, local }, acSessionId);
    if (wireSessionId === undefined) return "session-limit";
    const ids = { handle, customer, concentrator, acSessionId, wireSessionId };
    const names = this.#names.of(tags, pending.requested.get(concentrator)?.acName ?? "");
    this.#concentrators.opened(ids);
    const opened = { peer, ...ids, remote: customer, local, names, proof };
    return this.#sessions.open(opened, pending.began);
  }

  #toCustomer(concentrator: Mac, packet: DiscoveryPacket, tags: Tag[]): void {
    this.#sessions.outlet.toWire(undefined, this.#shown(concentrator, packet, tags));
  }

  /** Encodes an AC's answer as shown on the customer's wire. */
  #shown(concentrator: Mac, packet: DiscoveryPacket, tags: Tag[]): Uint8Array {
    const shown = { ...packet, source: this.#localAddress(concentrator), tags: encodeTags(tags) };
    return encodeDiscovery(shown, this.#options.etherTypes[0]);
  }

  #localAddress(concentrator: Mac): Mac {
    return this.#policy.mac === "own" ? readMac(this.#link.mac, 0) : concentrator;
  }

  #drop(reason: DropReason, packet: Pick<DiscoveryPacket, "source" | "destination">): void {
    this.#options.story?.refused(undefined, packet.destination, reason);
    this.#sessions.drops.drop(reason, () => ({ mac: formatMac(packet.source) }));
  }
}

/** Returns the tags of an answer with the Host-Uniq of the PADR sent to this AC. */
function asAsked(
  pending: Pending<Peer> | undefined,
  { source }: DiscoveryPacket,
  tags: Tag[],
): Tag[] {
  const request = pending?.requested.get(source);
  return request === undefined ? tags : setTag(tags, TAG_HOST_UNIQ, request.hostUniq);
}
