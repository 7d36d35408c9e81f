import type { Link } from "../../ffi/link.ts";
import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  TAG_AC_NAME,
  TAG_HOST_UNIQ,
} from "../pppoe/constants.ts";
import { padsError } from "../pppoe/discovery.ts";
import { type DiscoveryPacket, encodeDiscovery } from "../pppoe/frame.ts";
import { formatMac, type Mac, readMac } from "../pppoe/mac.ts";
import { checkDiscovery } from "../pppoe/rules.ts";
import { fitsDiscovery, removeTag, replaceTag } from "../pppoe/tag_edit.ts";
import { encodeTags, findTag, readTags, type Tag } from "../pppoe/tags.ts";
import { AddressBook } from "./address_book.ts";
import type { DropReason } from "./drops.ts";
import type { Party } from "./frame_tap.ts";
import { couldGiveWay, giveWay } from "./giving_way.ts";
import { HostUniqRewriter } from "./host_uniq.ts";
import { PadiLimiter } from "./padi_limiter.ts";
import { PadiShaper } from "./padi_shaper.ts";
import { MAX_OFFERS, type Pending, PendingDiscoveries, pendingLimits } from "./pending.ts";
import type { ProxyOptions, ServerPolicy } from "./proxy_options.ts";
import { refusalFrame, refusalTag } from "./refusal.ts";
import { type Member, nextHandle, type Session } from "./session.ts";
import { nameIn, SharedNames } from "./session_names.ts";
import { provable } from "./session_proof.ts";
import type { SessionSwitch } from "./session_switch.ts";
import { TokenMint } from "./token.ts";

/**
 * Discovery on the server: a client's PADI and PADR go to the wire under a Host-Uniq of ours, the
 * AC's PADO and PADS come back to the one client whose Host-Uniq they carry.
 */
export class ServerDiscovery {
  #link: Link;
  #options: ProxyOptions;
  #policy: ServerPolicy;
  #switch: SessionSwitch;
  #pending: PendingDiscoveries<Member>;
  #hostUniq: HostUniqRewriter<Member>;
  #limiter: PadiLimiter;
  #shaper: PadiShaper<Member>;
  #addresses = new AddressBook();
  #names = new SharedNames();

  constructor(options: ProxyOptions, policy: ServerPolicy, sessions: SessionSwitch) {
    this.#link = options.link;
    this.#options = options;
    this.#policy = policy;
    this.#switch = sessions;
    const mint = new TokenMint(options.randomBytes);
    this.#hostUniq = new HostUniqRewriter(policy.hostUniq, mint, options.now);
    this.#pending = new PendingDiscoveries(
      pendingLimits(options.limits, policy),
      options.now,
      (pending) => this.#hostUniq.forget(pending),
    );
    this.#limiter = new PadiLimiter(options.limits, options.now);
    this.#shaper = new PadiShaper({
      ...options,
      send: ({ owner, customer }, frame) =>
        sessions.outlet.toWire({ member: owner, customer }, frame),
      dropped: ({ owner, customer }) => this.#drop("padi-rate", owner, { source: customer }),
      sent: () => sessions.wireBatchEnd(),
    });
  }

  /** Discoveries under way. */
  get size(): number {
    return this.#pending.size;
  }

  /** Whose an answer from the wire is. */
  partyOf({ destination, tags }: DiscoveryPacket): Party | undefined {
    const list = readTags(tags);
    if (typeof list === "string") return undefined;
    const found = this.#hostUniq.resolve(destination, findTag(list, TAG_HOST_UNIQ));
    return typeof found === "string"
      ? undefined
      : { member: found.owner, customer: found.customer };
  }

  /** A member has gone: answers for it are no longer taken. */
  removeMember(member: Member): void {
    this.#shaper.removeOwner(member);
    this.#pending.removeOwner(member);
  }

  expire(): void {
    this.#pending.expire();
  }

  /** A discovery frame of a client that belongs to no session: PADI or PADR, or dropped. */
  fromTunnel(member: Member, handle: number, packet: DiscoveryPacket): void {
    if (handle !== 0) return this.#drop("tunnel-frame-unfit", member, packet);
    const tags = check(packet);
    if (typeof tags === "string") return this.#drop(tags, member, packet);
    const fault = this.#sourceFault(member, packet);
    if (fault !== undefined) return this.#drop(fault, member, packet);
    const refusal = packet.code === CODE_PADI
      ? this.#refusePadi(member, packet, tags)
      : this.#refusePadr(member, packet.source);
    if (refusal !== undefined) return this.#refuse(refusal, member, packet, tags);
    const hostUniq = findTag(tags, TAG_HOST_UNIQ);
    // Only a PADI begins a discovery: PADIs are limited, and no AC takes a PADR without an offer.
    const begun = packet.code === CODE_PADI ||
      this.#pending.find(member.name, packet.source, hostUniq) !== undefined;
    if (!begun) return this.#refuse("unsolicited", member, packet, tags);
    const pending = this.#pending.begin(member, member.name, packet.source, hostUniq);
    if (pending === undefined) return this.#refuse("pending-limit", member, packet, tags);
    const local = this.#localAddress(packet.source);
    const busy = this.#hostUniq.assign(pending, local);
    if (busy !== undefined) return this.#refuse(busy, member, packet, tags);
    const upstream = withHostUniq(tags, pending.upstream);
    if (!fitsDiscovery(packet.code, upstream)) {
      return this.#refuse("discovery-too-long", member, packet, tags);
    }
    const shown = { ...packet, source: local, tags: encodeTags(upstream) };
    const frame = encodeDiscovery(shown, this.#options.etherTypes[0]);
    if (packet.code === CODE_PADI) return this.#shaper.submit(pending, frame);
    if (this.#full(member)) giveWay(this.#switch, member, packet.source);
    addBounded(pending.requested, packet.destination);
    this.#switch.earlier.requests.asked(packet.destination, local);
    this.#switch.outlet.toWire({ member, customer: packet.source }, frame);
  }

  /** A discovery frame without a session from the wire: PADO or PADS, or dropped. */
  fromWire(packet: DiscoveryPacket): void {
    const own = readMac(this.#link.mac, 0);
    if (packet.source === own) return this.#drop("own-address", undefined, packet);
    if (this.#policy.mac === "own" && packet.destination !== own) {
      return this.#switch.drops.count("not-for-us");
    }
    if (packet.code !== CODE_PADO && packet.code !== CODE_PADS) {
      // Other hosts' broadcasts are everyday traffic of the segment, not worth a line.
      return this.#switch.drops.count("wrong-direction");
    }
    const given = check(packet);
    if (typeof given === "string") return this.#drop(given, undefined, packet);
    this.#switch.tallies.errorTags(given);
    const found = this.#hostUniq.resolve(packet.destination, findTag(given, TAG_HOST_UNIQ));
    if (typeof found === "string") return this.#drop(found, undefined, packet);
    const tags = withHostUniq(given, found.hostUniq);
    if (!fitsDiscovery(packet.code, tags)) {
      return this.#drop("discovery-too-long", found.owner, packet);
    }
    this.#addresses.addConcentrator(packet.source, nameIn(given, TAG_AC_NAME));
    const down = { ...packet, destination: found.customer, tags: encodeTags(tags) };
    if (packet.code === CODE_PADS) this.#confirm(found, packet, down, tags);
    else {
      found.asked = -Infinity;
      this.#toMember(found.owner, 0, down);
    }
  }

  /** A PADS: an error, a repetition, or a new session. `down` is what the customer is to get. */
  #confirm(
    pending: Pending<Member>,
    packet: DiscoveryPacket,
    down: DiscoveryPacket,
    tags: Tag[],
  ): void {
    const member = pending.owner;
    if (!pending.requested.has(packet.source)) return this.#drop("unsolicited", member, packet);
    if (packet.sessionId === 0) return this.#toMember(member, 0, down);
    const local = packet.destination;
    const table = this.#switch.table;
    const known = table.sessions[table.find(packet.source, local, packet.sessionId)];
    if (known?.member === member && known.customer === pending.customer) {
      return this.#toMember(member, known.handle, provable(this.#switch.proofs, known, down, tags));
    }
    // The AC gave the id anew, so it has ended the session that had it.
    if (known !== undefined) this.#switch.close(known, "replaced", { wire: false, tunnel: true });
    const handle = this.#full(member) ? 0 : nextHandle(member);
    const opened: Omit<Session, "index" | "openedAt"> = {
      member,
      handle,
      customer: pending.customer,
      concentrator: packet.source,
      acSessionId: packet.sessionId,
      wireSessionId: packet.sessionId,
      remote: packet.source,
      local,
      names: this.#names.of(tags, this.#addresses.nameOf(packet.source)),
    };
    if (handle === 0) return this.#overLimit(opened, pending);
    const session = this.#switch.open(opened, pending.began);
    this.#pending.settle(pending);
    this.#toMember(member, handle, provable(this.#switch.proofs, session, down, tags));
  }

  /** The limit was reached between PADR and PADS: the AC gets a PADT, the customer an error. */
  #overLimit(session: Omit<Session, "index" | "openedAt">, pending: Pending<Member>): void {
    const { member, remote, local, customer, concentrator } = session;
    this.#drop("session-limit", member);
    this.#switch.outlet.refuse(remote, local, session.wireSessionId, session);
    const request = {
      destination: concentrator,
      source: customer,
      code: CODE_PADR,
      sessionId: 0,
      tags: new Uint8Array(0),
    };
    const tags = withHostUniq([], pending.hostUniq);
    this.#deliver(member, 0, padsError(request, tags, refusalTag("session-limit")));
  }

  #sourceFault(member: Member, packet: DiscoveryPacket): DropReason | undefined {
    if (packet.code !== CODE_PADI && packet.code !== CODE_PADR) return "wrong-direction";
    if (packet.source === readMac(this.#link.mac, 0)) return "own-address";
    if (this.#addresses.isConcentrator(packet.source)) return "ac-address-spoofed";
    if (this.#policy.mac === "own") return undefined;
    const owner = this.#addresses.owner(packet.source);
    if (owner === undefined || owner === member || !this.#holds(owner, packet.source)) {
      this.#addresses.claim(packet.source, member);
      return undefined;
    }
    return "mac-in-use";
  }

  /** Whether a member has a session of this customer; asked only when two clients claim one address. */
  #holds(member: Member, customer: Mac): boolean {
    if (member.sessions === 0) return false;
    for (const session of this.#switch.table) {
      if (session.member === member && session.customer === customer) return true;
    }
    return false;
  }

  #refusePadi(member: Member, packet: DiscoveryPacket, tags: Tag[]): DropReason | undefined {
    if (this.#switch.draining) return "draining";
    if (this.#isBlocked(member, packet.source)) return "session-limit";
    const hostUniq = findTag(tags, TAG_HOST_UNIQ);
    const known = this.#pending.find(member.name, packet.source, hostUniq);
    if (this.#shaper.repeats(known)) return "padi-repeated";
    if (!this.#shaper.hasRoom(member)) return "padi-rate";
    return this.#limiter.admit(packet.source) ? undefined : "padi-rate";
  }

  #refusePadr(member: Member, customer: Mac): DropReason | undefined {
    if (this.#switch.draining) return "draining";
    return this.#isBlocked(member, customer) ? "session-limit" : undefined;
  }

  /** Whether there is no room for a session of this customer, and none of its own gives way. */
  #isBlocked(member: Member, customer: Mac): boolean {
    return this.#full(member) && !couldGiveWay(this.#switch, member, customer);
  }

  #full(member: Member): boolean {
    return this.#switch.table.size >= this.#options.limits.sessions ||
      member.sessions >= this.#policy.sessionsOf(member.name);
  }

  /** Drops a request and says why where the protocol can. */
  #refuse(reason: DropReason, member: Member, packet: DiscoveryPacket, tags: Tag[]): void {
    this.#drop(reason, member, packet);
    const frame = refusalFrame(reason, packet, tags, readMac(this.#link.mac, 0));
    if (frame !== undefined) this.#deliver(member, 0, frame);
  }

  #toMember(member: Member, handle: number, packet: DiscoveryPacket): void {
    this.#deliver(member, handle, encodeDiscovery(packet));
  }

  #deliver(member: Member, handle: number, frame: Uint8Array): void {
    this.#switch.outlet.toTunnel({ member, customer: readMac(frame, 0) }, handle, frame);
    this.#switch.touch(member);
  }

  #localAddress(customer: Mac): Mac {
    return this.#policy.mac === "own" ? readMac(this.#link.mac, 0) : customer;
  }

  #drop(reason: DropReason, member: Member | undefined, packet?: { source: Mac }): void {
    this.#switch.drops.drop(reason, () => ({
      ...(member && { client: member.name }),
      ...(packet && { mac: formatMac(packet.source) }),
    }));
  }
}

/** The packet's tags, if it keeps the rules of its code. */
function check(packet: DiscoveryPacket): Tag[] | DropReason {
  const tags = readTags(packet.tags);
  if (typeof tags === "string") return tags;
  return checkDiscovery(packet, tags) ?? tags;
}

function withHostUniq(tags: readonly Tag[], value: Uint8Array | undefined): Tag[] {
  return value === undefined
    ? removeTag(tags, TAG_HOST_UNIQ)
    : replaceTag(tags, TAG_HOST_UNIQ, value);
}

function addBounded(set: Set<Mac>, mac: Mac): void {
  if (set.size < MAX_OFFERS) set.add(mac);
}
