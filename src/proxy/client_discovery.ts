import type { Link } from "../../ffi/link.ts";
import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  RESERVED_SESSION_ID,
  TAG_AC_NAME,
  TAG_HOST_UNIQ,
} from "../pppoe/constants.ts";
import { padsError, padt } from "../pppoe/discovery.ts";
import { type DiscoveryPacket, encodeDiscovery } from "../pppoe/frame.ts";
import { formatMac, type Mac, readMac } from "../pppoe/mac.ts";
import { checkDiscovery } from "../pppoe/rules.ts";
import { fitsDiscovery, setTag } from "../pppoe/tag_edit.ts";
import { encodeTags, findTag, readTags, type Tag } from "../pppoe/tags.ts";
import { Concentrators } from "./concentrators.ts";
import type { DropReason } from "./drops.ts";
import type { Party } from "./frame_tap.ts";
import { couldGiveWay, giveWay } from "./giving_way.ts";
import { PadiLimiter } from "./padi_limiter.ts";
import { PadiShaper } from "./padi_shaper.ts";
import { Offers } from "./offers.ts";
import { noteRequest, type Pending, PendingDiscoveries, pendingLimits } from "./pending.ts";
import type { ClientPolicy, ProxyOptions } from "./proxy_options.ts";
import { refusalTag } from "./refusal.ts";
import type { Member, Session } from "./session.ts";
import { nameIn, SharedNames } from "./session_names.ts";
import { takeProof } from "./session_proof.ts";
import type { SessionSwitch } from "./session_switch.ts";
import { hex, TokenMint } from "./token.ts";

/**
 * Discovery on the client: the customers' PADI and PADR go into the tunnel, offers and
 * confirmations come back to the customer that asked.
 */
export class ClientDiscovery {
  #link: Link;
  #options: ProxyOptions;
  #policy: ClientPolicy;
  #switch: SessionSwitch;
  #pending: PendingDiscoveries<Member>;
  #limiter: PadiLimiter;
  #shaper: PadiShaper<Member>;
  #offers: Offers<Member>;
  #concentrators: Concentrators;
  #names = new SharedNames();
  #tunnel: () => Member | undefined;

  /** `tunnel` gives the tunnel that is up, if one is. */
  constructor(
    options: ProxyOptions,
    policy: ClientPolicy,
    sessions: SessionSwitch,
    tunnel: () => Member | undefined,
  ) {
    this.#tunnel = tunnel;
    this.#link = options.link;
    this.#options = options;
    this.#policy = policy;
    this.#switch = sessions;
    this.#offers = new Offers(policy.mac, new TokenMint(options.randomBytes));
    this.#limiter = new PadiLimiter(options.limits, options.now);
    this.#pending = new PendingDiscoveries(
      pendingLimits(options.limits, policy),
      options.now,
      (pending) => this.#offers.forget(pending),
    );
    this.#concentrators = new Concentrators({ now: options.now, sessions: sessions.table });
    this.#shaper = new PadiShaper({
      ...options,
      send: ({ owner, customer }, frame) => this.#toServer({ member: owner, customer }, frame),
      dropped: ({ customer }) => this.#drop("padi-rate", { source: customer }),
      sent: () => sessions.wireBatchEnd(),
    });
  }

  /** Discoveries under way. */
  get size(): number {
    return this.#pending.size;
  }

  /** The tunnel has gone: answers for it are no longer taken. */
  removeMember(member: Member): void {
    this.#shaper.removeOwner(member);
    this.#pending.removeOwner(member);
  }

  expire(): void {
    this.#pending.expire();
    this.#concentrators.expire();
  }

  /** A discovery frame without a session from the wire: PADI or PADR, or dropped. */
  fromWire(packet: DiscoveryPacket): void {
    const member = this.#tunnel();
    if (packet.code !== CODE_PADI && packet.code !== CODE_PADR) {
      return this.#switch.drops.count("wrong-direction");
    }
    const own = readMac(this.#link.mac, 0);
    if (packet.source === own) return this.#drop("own-address", packet);
    if (packet.code === CODE_PADR && this.#policy.mac === "own" && packet.destination !== own) {
      return this.#switch.drops.count("not-for-us");
    }
    const tags = readTags(packet.tags);
    if (typeof tags === "string") return this.#drop(tags, packet);
    const fault = checkDiscovery(packet, tags);
    if (fault !== undefined) return this.#drop(fault, packet);
    // Behind our own address no customer's is on a wire with the AC's: they may be equal.
    if (this.#policy.mac === "transparent" && this.#concentrators.has(packet.source)) {
      return this.#drop("ac-address-spoofed", packet);
    }
    if (member === undefined) return this.#drop("no-tunnel", packet);
    if (packet.code === CODE_PADI) this.#padi(member, packet, tags);
    else this.#padr(member, packet, tags);
  }

  #padi(member: Member, packet: DiscoveryPacket, tags: Tag[]): void {
    if (this.#switch.draining) return this.#drop("draining", packet);
    if (this.#isFull && !couldGiveWay(this.#switch, member, packet.source)) {
      return this.#drop("session-limit", packet);
    }
    const hostUniq = findTag(tags, TAG_HOST_UNIQ);
    if (this.#shaper.repeats(this.#pending.find(member.name, packet.source, hostUniq))) {
      return this.#drop("padi-repeated", packet);
    }
    if (!this.#shaper.hasRoom(member) || !this.#limiter.admit(packet.source)) {
      return this.#drop("padi-rate", packet);
    }
    const pending = this.#pending.begin(member, member.name, packet.source, hostUniq);
    if (pending === undefined) return this.#drop("pending-limit", packet);
    this.#shaper.submit(pending, encodeDiscovery(packet));
  }

  #padr(member: Member, packet: DiscoveryPacket, tags: Tag[]): void {
    const hostUniq = findTag(tags, TAG_HOST_UNIQ);
    const asked = this.#pending.find(member.name, packet.source, hostUniq);
    const offer = this.#offers.chosen(member, asked, packet, tags);
    // Silence, not an error: it may be meant for another proxy behind the same address.
    if (typeof offer === "string") return this.#drop(offer, packet);
    if (this.#switch.draining) return this.#refuse("draining", packet, tags);
    if (this.#isFull && !couldGiveWay(this.#switch, member, packet.source)) {
      return this.#refuse("session-limit", packet, tags);
    }
    const { pending, concentrator } = offer;
    // The AC knows the discovery by one Host-Uniq, whatever the customer's PADR has.
    const upstream = setTag(this.#offers.unwrapped(tags, offer), TAG_HOST_UNIQ, pending.hostUniq);
    if (!fitsDiscovery(packet.code, upstream)) {
      return this.#refuse("discovery-too-long", packet, tags);
    }
    if (this.#isFull) giveWay(this.#switch, member, packet.source);
    this.#pending.begin(member, member.name, packet.source, pending.hostUniq); // it lives on
    const cookie = offer.cookie && hex(offer.cookie);
    noteRequest(pending, concentrator, { hostUniq, acName: offer.acName, cookie });
    const padr = { ...packet, destination: concentrator, tags: encodeTags(upstream) };
    this.#toServer({ member, customer: packet.source }, encodeDiscovery(padr));
  }

  get #isFull(): boolean {
    return this.#switch.table.size >= this.#options.limits.sessions;
  }

  /** A packet from the server: PADO, the PADS of an error, or the PADS that opens a session. */
  fromTunnel(member: Member, handle: number, packet: DiscoveryPacket): void {
    if (handle !== 0) return this.#confirm(member, handle, packet);
    const tags = readTags(packet.tags);
    if (typeof tags === "string") return this.#drop(tags, packet);
    this.#switch.tallies.errorTags(tags);
    const hostUniq = findTag(tags, TAG_HOST_UNIQ);
    const pending = this.#pending.find(member.name, packet.destination, hostUniq);
    if (pending === undefined) return this.#drop("unsolicited", packet);
    if (packet.code === CODE_PADS && packet.sessionId === 0) {
      return this.#toCustomer(packet.source, packet, asAsked(pending, packet, tags));
    }
    if (packet.code !== CODE_PADO) return this.#drop("tunnel-frame-unfit", packet);
    pending.asked = -Infinity;
    const shown = this.#offers.take(pending, packet, tags);
    if (typeof shown === "string") return this.#drop(shown, packet);
    this.#concentrators.offered(packet.source, nameIn(tags, TAG_AC_NAME));
    this.#toCustomer(packet.source, packet, shown);
  }

  /** The PADS that opens a session, or repeats that, under the handle that the server gave it. */
  #confirm(member: Member, handle: number, packet: DiscoveryPacket): void {
    const list = packet.code === CODE_PADS ? readTags(packet.tags) : "tunnel-frame-unfit";
    if (typeof list === "string") return this.#decline(list, member, handle, packet);
    const { tags, proof } = takeProof(list);
    const known = this.#switch.sessionByHandle(member, handle);
    const pending = this.#pending.find(
      member.name,
      packet.destination,
      findTag(tags, TAG_HOST_UNIQ),
    );
    const asked = pending?.requested.has(packet.source) === true;
    if (known === undefined && !asked) {
      return this.#decline("unsolicited", member, handle, packet);
    }
    const shown = asAsked(pending, packet, tags);
    if (known === undefined && !fitsDiscovery(packet.code, shown)) {
      return this.#decline("discovery-too-long", member, handle, packet);
    }
    const session = known ?? this.#open(member, handle, packet, tags, proof, pending);
    if (session === undefined) return this.#overLimit(member, handle, packet, shown);
    if (pending !== undefined) this.#pending.settle(pending);
    this.#toCustomer(packet.source, { ...packet, sessionId: session.wireSessionId }, shown);
  }

  /** The limit was reached between PADR and PADS: the AC gets a PADT, the customer an error. */
  #overLimit(member: Member, handle: number, packet: DiscoveryPacket, tags: Tag[]): void {
    this.#tellServer(member, handle, packet);
    const asked = { source: packet.destination, destination: this.#localAddress(packet.source) };
    const padr = { ...packet, ...asked, code: CODE_PADR, sessionId: 0 };
    this.#refuse("session-limit", padr, tags);
  }

  /** Tells the server that a session it has opened is not wanted here. */
  #decline(reason: DropReason, member: Member, handle: number, packet: DiscoveryPacket): void {
    this.#drop(reason, packet);
    this.#tellServer(member, handle, packet);
  }

  #tellServer(member: Member, handle: number, packet: DiscoveryPacket): void {
    const { destination, source, sessionId } = packet;
    const party = { member, customer: destination };
    this.#switch.outlet.toTunnel(party, handle, padt(source, destination, sessionId));
    this.#switch.touch(member);
  }

  #open(
    member: Member,
    handle: number,
    packet: DiscoveryPacket,
    tags: Tag[],
    proof: Uint8Array | undefined,
    pending: Pending<Member> | undefined,
  ): Session | undefined {
    if (this.#isFull) return undefined;
    const { destination: customer, source: concentrator, sessionId: acSessionId } = packet;
    const local = this.#localAddress(concentrator);
    const wireSessionId = this.#freeSessionId(customer, local, acSessionId);
    if (wireSessionId === undefined) return undefined;
    const ids = { handle, customer, concentrator, acSessionId, wireSessionId };
    const names = this.#names.of(tags, pending?.requested.get(concentrator)?.acName ?? "");
    this.#concentrators.opened(ids);
    const opened = { member, ...ids, remote: customer, local, names, proof };
    return this.#switch.open(opened, pending?.began);
  }

  /** The AC's id, or where the customer has a session of that id already, the next free one. */
  #freeSessionId(customer: Mac, local: Mac, wanted: number): number | undefined {
    let id = wanted;
    for (let tries = 0; tries < RESERVED_SESSION_ID; tries++) {
      if (this.#switch.table.find(customer, local, id) < 0) return id;
      id = id + 1 === RESERVED_SESSION_ID ? 1 : id + 1;
    }
    return undefined;
  }

  /** Drops a PADR and tells the customer why (RFC 2516 section 5.4). */
  #refuse(reason: DropReason, packet: DiscoveryPacket, tags: Tag[]): void {
    this.#drop(reason, packet);
    const frame = padsError(packet, tags, refusalTag(reason), this.#options.etherTypes[0]);
    this.#switch.outlet.toWire(undefined, frame);
  }

  #toServer(party: Party, frame: Uint8Array): void {
    this.#switch.outlet.toTunnel(party, 0, frame);
    this.#switch.touch(party.member);
  }

  #toCustomer(concentrator: Mac, packet: DiscoveryPacket, tags: Tag[]): void {
    const source = this.#localAddress(concentrator);
    const frame = encodeDiscovery(
      { ...packet, source, tags: encodeTags(tags) },
      this.#options.etherTypes[0],
    );
    this.#switch.outlet.toWire(undefined, frame);
  }

  #localAddress(concentrator: Mac): Mac {
    return this.#policy.mac === "own" ? readMac(this.#link.mac, 0) : concentrator;
  }

  #drop(reason: DropReason, packet: { source: Mac }): void {
    this.#switch.drops.drop(reason, () => ({ mac: formatMac(packet.source) }));
  }
}

/** The tags of an answer with the Host-Uniq of the PADR that asked this AC. */
function asAsked(
  pending: Pending<Member> | undefined,
  { source }: DiscoveryPacket,
  tags: Tag[],
): Tag[] {
  const request = pending?.requested.get(source);
  return request === undefined ? tags : setTag(tags, TAG_HOST_UNIQ, request.hostUniq);
}
