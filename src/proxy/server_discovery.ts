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
import type { SessionSwitch } from "./session_switch.ts";
import { hex, TokenMint } from "./token.ts";

/** Unknown addresses remembered of each client, whose own proxy has let through few. */
const STRANGERS = 1 << 13;

/**
 * Discovery on the server: a client's PADI and PADR go to the wire under a Host-Uniq of ours, the
 * AC's PADO and PADS come back to the one client whose Host-Uniq they carry.
 */
export class ServerDiscovery {
  #link: Link;
  #options: ProxyOptions;
  #policy: ServerPolicy;
  #switch: SessionSwitch;
  #replies: ClientReplies;
  #pending: PendingDiscoveries<Member>;
  #hostUniq: HostUniqRewriter<Member>;
  #gate: RequestGate;
  #addresses: AddressBook;
  #answers: ServerAnswers;
  #pacer: PadiPacer<Member>;
  #pacingWatch: PacingWatch;

  constructor(options: ProxyOptions, policy: ServerPolicy, sessions: SessionSwitch) {
    this.#link = options.link;
    this.#options = options;
    this.#policy = policy;
    this.#switch = sessions;
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
      // ACs limit PADIs by address: customers with their own do not stand in each other's way.
      send: (pending, frame) =>
        policy.mac === "own" ? this.#pacer.submit(pending, frame) : toWire(pending, frame),
      dropped: (pending) => {
        this.#pending.removeUnasked(pending);
        this.#replies.drop("padi-rate", pending.owner, { source: pending.customer });
      },
      sent: () => sessions.wireBatchEnd(),
    });
  }

  /** Discoveries under way. */
  get size(): number {
    return this.#pending.size;
  }

  /** How PADIs to an AC that limits them are paced, if they are. */
  get pacing(): Pacing | undefined {
    return this.#pacer.pacing;
  }

  /** Whose an answer from the wire is. */
  partyOf(packet: DiscoveryPacket): Party | undefined {
    return this.#answers.partyOf(packet);
  }

  /** A member has gone: answers for it are no longer taken. */
  removeMember(member: Member): void {
    this.#gate.padis.removeOwner(member);
    this.#pending.removeOwner(member);
  }

  /** Takes over other limits. */
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

  /** A discovery frame of a client that belongs to no session: PADI or PADR, or dropped. */
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
    this.#switch.earlier.requests.asked(packet.destination, local);
    this.#switch.outlet.toWire({ member, customer: packet.source }, frame);
  }

  /** A discovery frame without a session from the wire: PADO or PADS, or dropped. */
  fromWire(packet: DiscoveryPacket): void {
    this.#answers.fromWire(packet);
  }

  #sourceFault(member: Member, packet: DiscoveryPacket): DropReason | undefined {
    if (packet.code !== CODE_PADI && packet.code !== CODE_PADR) return "wrong-direction";
    // With our own address customers' are not seen on the wire: they may be anybody's.
    if (this.#policy.mac === "own") return undefined;
    if (packet.source === readMac(this.#link.mac, 0)) return "own-address";
    if (this.#answers.isConcentrator(packet.source)) return "ac-address-spoofed";
    return this.#addresses.isFree(packet.source, member) ? undefined : "mac-in-use";
  }

  /**
   * A session proves an AC: a customer that has borne its address so far, because nobody had heard
   * the AC, does so no longer. The wire is not told, since that would be in the AC's name.
   */
  #opened(session: Session): void {
    if (this.#policy.mac === "own") return;
    this.#addresses.serves(session);
    for (const impostor of this.#addresses.sessionsOf(session.concentrator)) {
      this.#switch.close(impostor, "ac-address", { wire: false, tunnel: true });
    }
  }

  /** A customer whose PADI waits for its turn at the AC is there still. */
  #renew(member: Member, { source }: DiscoveryPacket, tags: Tag[]): void {
    const hostUniq = findTag(tags, TAG_HOST_UNIQ);
    const known = this.#pending.find(member.name, source, hostUniq);
    if (known?.owner !== member || !this.#pacer.renewed(known)) return;
    this.#pending.begin(member, member.name, source, hostUniq);
  }

  /** Why a PADR may not pass. Only a PADI begins a discovery, and only an AC that offers is asked. */
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

  /** Drops a request and says why where the protocol can. */
  #refuse(reason: DropReason, member: Member, packet: DiscoveryPacket, tags: Tag[]): void {
    this.#replies.drop(reason, member, packet);
    const frame = refusalFrame(reason, packet, tags, readMac(this.#link.mac, 0));
    if (frame === undefined || !this.#gate.mayRefuse(member, packet.source)) return;
    this.#replies.deliver(member, 0, frame);
  }
}
