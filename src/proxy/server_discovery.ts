import type { Link } from "../../ffi/link.ts";
import { CODE_PADI, CODE_PADR, TAG_AC_COOKIE, TAG_HOST_UNIQ } from "../pppoe/constants.ts";
import { type DiscoveryPacket, encodeDiscovery } from "../pppoe/frame.ts";
import { readMac } from "../pppoe/mac.ts";
import { fitsDiscovery, setTag } from "../pppoe/tag_edit.ts";
import { encodeTags, findTag, type Tag } from "../pppoe/tags.ts";
import { AddressBook } from "./address_book.ts";
import { ClientReplies } from "./client_replies.ts";
import type { DropReason } from "./drops.ts";
import type { Party } from "./frame_tap.ts";
import { HostUniqRewriter } from "./host_uniq.ts";
import { type Pacing, PacingWatch } from "./pacing.ts";
import { PadiPacer } from "./padi_pacer.ts";
import { type Pending, PendingDiscoveries } from "./pending.ts";
import type { ProxyLimits, ProxyOptions, ServerPolicy } from "./proxy_options.ts";
import { refusalFrame } from "./refusal.ts";
import { RequestGate } from "./request_gate.ts";
import type { Member, Session } from "./session.ts";
import { checkedTags, ServerAnswers } from "./server_answers.ts";
import type { Sessions } from "./sessions.ts";
import { hex, TokenMint } from "./token.ts";

/** Number of unknown addresses remembered per client, whose own proxy forwards only few. */
const STRANGERS = 1 << 13;

/**
 * Discovery on the server: sends a client's PADIs and PADRs to the wire under a Host-Uniq of ours,
 * and returns the AC's PADOs and PADSs to the one client whose Host-Uniq they carry.
 */
export class ServerDiscovery {
  #link: Link;
  #options: ProxyOptions;
  #policy: ServerPolicy;
  #sessions: Sessions;
  #replies: ClientReplies;
  #pending: PendingDiscoveries<Member>;
  #hostUniq: HostUniqRewriter<Member>;
  #gate: RequestGate;
  #addresses: AddressBook;
  #answers: ServerAnswers;
  #pacer: PadiPacer<Member>;
  #pacingWatch: PacingWatch;

  constructor(options: ProxyOptions, policy: ServerPolicy, sessions: Sessions) {
    this.#link = options.link;
    this.#options = options;
    this.#policy = policy;
    this.#sessions = sessions;
    this.#replies = new ClientReplies(options.link, policy, sessions);
    const mint = new TokenMint(options.randomBytes);
    this.#hostUniq = new HostUniqRewriter(policy.hostUniq, mint, options.now);
    this.#pending = new PendingDiscoveries(
      options.limits,
      options.now,
      (pending) => {
        this.#answers.forget(pending);
        this.#pacer.forget(pending);
      },
    );
    this.#pacingWatch = new PacingWatch((pacing) => options.paced?.(pacing));
    const toWire = ({ owner, customer }: Pending<Member>, frame: Uint8Array) =>
      sessions.outlet.toWire({ member: owner, customer }, frame);
    this.#pacer = new PadiPacer({
      ...options,
      send: (pending, frame) =>
        sessions.draining
          ? this.#replies.drop("draining", pending.owner, { source: pending.customer })
          : toWire(pending, frame),
    });
    this.#answers = new ServerAnswers({
      options,
      policy,
      sessions,
      pending: this.#pending,
      hostUniq: this.#hostUniq,
      mint,
      gate: () => this.#gate,
      offered: (pending) => {
        this.#pacer.answered(pending);
        this.#pacingWatch.look(this.#pacer.pacing);
      },
    });
    this.#addresses = new AddressBook(options.now, sessions.table);
    this.#gate = new RequestGate({
      ...options,
      sessions,
      strangers: STRANGERS,
      opened: (session) => this.#opened(session),
      // ACs limit PADIs by address, so customers with their own addresses need no pacing.
      send: (pending, frame) =>
        policy.mac === "own" ? this.#pacer.submit(pending, frame) : toWire(pending, frame),
      dropped: (pending) => {
        this.#pending.removeUnasked(pending);
        this.#replies.drop("padi-rate", pending.owner, { source: pending.customer });
      },
      sent: () => sessions.writers.flush(),
    });
  }

  /** Number of discoveries in progress. */
  get size(): number {
    return this.#pending.size;
  }

  /** How PADIs to an AC with a rate limit are paced; undefined if they are not. */
  get pacing(): Pacing | undefined {
    return this.#pacer.pacing;
  }

  /** Returns the party that an answer from the wire belongs to. */
  partyOf(packet: DiscoveryPacket): Party | undefined {
    return this.#answers.partyOf(packet);
  }

  /** Removes the discoveries of a lost peer: later answers are not accepted. */
  removeMember(member: Member): void {
    this.#gate.padis.removeOwner(member);
    this.#pending.removeOwner(member);
  }

  /** Applies new limits. */
  reconfigure(limits: ProxyLimits): void {
    this.#pending.reconfigure(limits);
    this.#gate.reconfigure(limits);
  }

  expire(): void {
    this.#pending.expire();
    this.#answers.expire();
    this.#addresses.expire();
    this.#pacingWatch.look(this.#pacer.pacing);
  }

  /** Handles a client's discovery frame without a session: accepts PADI and PADR only. */
  fromTunnel(member: Member, handle: number, packet: DiscoveryPacket): void {
    if (handle !== 0) return this.#replies.drop("tunnel-frame-unfit", member, packet);
    const tags = checkedTags(packet);
    if (typeof tags === "string") return this.#replies.drop(tags, member, packet);
    const fault = this.#sourceFault(member, packet);
    if (fault !== undefined) return this.#replies.drop(fault, member, packet);
    if (packet.code === CODE_PADI) this.#renew(member, packet, tags);
    const hostUniq = findTag(tags, TAG_HOST_UNIQ);
    const known = this.#pending.find(member.name, packet.source, hostUniq);
    const refusal = packet.code === CODE_PADI
      ? this.#gate.padi(member, packet.source, known)
      : this.#refusePadr(member, packet, tags, known);
    if (refusal !== undefined) return this.#refuse(refusal, member, packet, tags);
    if (this.#policy.mac === "transparent") this.#addresses.claim(packet.source, member);
    const pending = this.#pending.begin(member, member.name, packet.source, hostUniq);
    if (pending === undefined) return this.#refuse("pending-limit", member, packet, tags);
    const local = this.#replies.localAddress(packet.source);
    const busy = this.#hostUniq.assign(pending, local);
    if (busy !== undefined) return this.#refuse(busy, member, packet, tags);
    const upstream = setTag(tags, TAG_HOST_UNIQ, pending.upstream);
    if (!fitsDiscovery(packet.code, upstream)) {
      return this.#refuse("discovery-too-long", member, packet, tags);
    }
    const shown = { ...packet, source: local, tags: encodeTags(upstream) };
    const frame = encodeDiscovery(shown, this.#options.etherTypes[0]);
    if (packet.code === CODE_PADI) {
      for (const request of pending.requested.values()) request.isOver = true;
      return this.#gate.padis.submit(pending, frame);
    }
    this.#answers.request(pending, packet, tags);
    this.#sessions.earlier.requests.asked(packet.destination, local);
    this.#sessions.outlet.toWire({ member, customer: packet.source }, frame);
  }

  /** Handles a discovery frame without a session from the wire: accepts PADO and PADS only. */
  fromWire(packet: DiscoveryPacket): void {
    this.#answers.fromWire(packet);
  }

  #sourceFault(member: Member, packet: DiscoveryPacket): DropReason | undefined {
    if (packet.code !== CODE_PADI && packet.code !== CODE_PADR) return "wrong-direction";
    // With our own address, customers' addresses do not appear on the wire and may be any.
    if (this.#policy.mac === "own") return undefined;
    if (packet.source === readMac(this.#link.mac, 0)) return "own-address";
    if (this.#answers.isConcentrator(packet.source)) return "ac-address-spoofed";
    return this.#addresses.isFree(packet.source, member) ? undefined : "mac-in-use";
  }

  /**
   * Ends sessions of customers that have used the address of an AC, which only this new session
   * proves to be one. The wire gets no PADT, because that would be in the AC's name.
   */
  #opened(session: Session): void {
    if (this.#policy.mac === "own") return;
    this.#addresses.serves(session);
    for (const impostor of this.#addresses.sessionsOf(session.concentrator)) {
      this.#sessions.close(impostor, "ac-address", { wire: false, tunnel: true });
    }
  }

  /** Notes that a customer whose PADI waits for its turn at the AC is still there. */
  #renew(member: Member, { source }: DiscoveryPacket, tags: Tag[]): void {
    const hostUniq = findTag(tags, TAG_HOST_UNIQ);
    const known = this.#pending.find(member.name, source, hostUniq);
    if (known?.owner !== member || !this.#pacer.renewed(known)) return;
    this.#pending.begin(member, member.name, source, hostUniq);
  }

  /**
   * Returns why a PADR is dropped: only a PADI starts a discovery, and the AC must have made an
   * offer.
   */
  #refusePadr(
    member: Member,
    { source, destination, tags }: DiscoveryPacket,
    list: Tag[],
    pending: Pending<Member> | undefined,
  ): DropReason | undefined {
    if (pending === undefined) return "unsolicited";
    const cookie = findTag(list, TAG_AC_COOKIE);
    // Several ACs may share an address: only the same offer again is a repetition.
    const isSame = pending.requested.get(destination)?.cookie === (cookie && hex(cookie));
    const repeated = isSame ? this.#gate.padrs.repeated(pending, destination) : undefined;
    if (repeated !== undefined) {
      this.#replies.deliver(member, repeated.session.handle, repeated.pads);
      return "padr-repeated";
    }
    return this.#gate.blocked(member, source) ?? this.#gate.padrs.ask(pending, destination, tags);
  }

  /** Drops a request, and sends the reason where the protocol allows it. */
  #refuse(reason: DropReason, member: Member, packet: DiscoveryPacket, tags: Tag[]): void {
    this.#replies.drop(reason, member, packet);
    const frame = refusalFrame(reason, packet, tags, readMac(this.#link.mac, 0));
    if (frame === undefined || !this.#gate.mayRefuse(member, packet.source)) return;
    this.#replies.deliver(member, 0, frame);
  }
}
