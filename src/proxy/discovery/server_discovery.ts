import type { Link } from "../../../ffi/link/link.ts";
import { CODE_PADI, CODE_PADR, TAG_AC_COOKIE, TAG_HOST_UNIQ } from "../../pppoe/constants.ts";
import { type DiscoveryPacket, encodeDiscovery } from "../../pppoe/frame.ts";
import { type Mac, readMac } from "../../pppoe/mac.ts";
import { fitsDiscovery, setTag } from "../../pppoe/tag_edit.ts";
import { encodeTags, findTag, type Tag } from "../../pppoe/tags.ts";
import { AcSilence, type PresentSilence } from "./ac_silence.ts";
import { AddressBook } from "./address_book.ts";
import { ClientReplies } from "./client_replies.ts";
import type { DropReason } from "../session/drops.ts";
import type { Party } from "../session/frame_tap.ts";
import { checkedTags } from "./checked_tags.ts";
import { HostUniqRewriter } from "./host_uniq.ts";
import { type Pacing, PacingWatch } from "./pacing.ts";
import { PadiPacer } from "./padi_pacer.ts";
import { type Pending, PendingDiscoveries } from "./pending.ts";
import type { ProxyLimits, ProxyOptions, ServerPolicy } from "../session/proxy_options.ts";
import { refusalFrame } from "./refusal.ts";
import { RequestGate } from "./request_gate.ts";
import type { Peer, Session } from "../session/session.ts";
import { ServerAnswers } from "./server_answers.ts";
import { serviceIn } from "../session/session_names.ts";
import type { Sessions } from "../session/sessions.ts";
import { TokenSigner } from "./token.ts";

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
  #pending: PendingDiscoveries<Peer>;
  #hostUniq: HostUniqRewriter<Peer>;
  #gate: RequestGate;
  #addresses: AddressBook;
  #answers: ServerAnswers;
  #pacer: PadiPacer<Peer>;
  #pacingWatch: PacingWatch;
  #silence: AcSilence;

  constructor(options: ProxyOptions, policy: ServerPolicy, sessions: Sessions) {
    this.#link = options.link;
    this.#options = options;
    this.#policy = policy;
    this.#sessions = sessions;
    this.#replies = new ClientReplies(options.link, policy, sessions);
    const signer = new TokenSigner(options.randomBytes);
    this.#hostUniq = new HostUniqRewriter(policy.hostUniq, signer, options.now);
    this.#pending = new PendingDiscoveries(
      options.limits,
      options.now,
      (pending) => {
        this.#answers.forget(pending);
        this.#pacer.forget(pending);
      },
    );
    this.#pacingWatch = new PacingWatch((pacing) => options.paced?.(pacing));
    this.#silence = new AcSilence(options.now, (report) => options.silent?.(report));
    const toWire = ({ owner, customer }: Pending<Peer>, frame: Uint8Array) => {
      if (this.#link.up) this.#silence.asked(customer, serviceIn(frame, options.etherTypes[0]));
      sessions.outlet.toWire({ peer: owner, customer }, frame);
    };
    this.#pacer = new PadiPacer({
      ...options,
      send: (pending, frame) =>
        sessions.draining
          ? this.#drop("draining", pending.owner, { source: pending.customer })
          : toWire(pending, frame),
    });
    this.#answers = new ServerAnswers({
      options,
      policy,
      sessions,
      pending: this.#pending,
      hostUniq: this.#hostUniq,
      signer,
      gate: () => this.#gate,
      answered: () => this.#silence.answered(),
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
        this.#drop("padi-rate", pending.owner, { source: pending.customer });
      },
      sent: () => sessions.writers.flush(),
    });
  }

  /** Number of discoveries in progress. */
  get size(): number {
    return this.#pending.size;
  }

  /** The ACs' silence, if it lasts. */
  get silence(): PresentSilence | undefined {
    return this.#silence.current;
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
  removePeer(peer: Peer): void {
    this.#gate.padis.removeOwner(peer);
    this.#pending.removeOwner(peer);
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
    this.#silence.look();
  }

  /** Handles a client's discovery frame without a session: accepts PADI and PADR only. */
  fromTunnel(peer: Peer, handle: number, packet: DiscoveryPacket): void {
    if (handle !== 0) return this.#replies.drop("tunnel-frame-unfit", peer, packet);
    const tags = checkedTags(packet);
    if (typeof tags === "string") return this.#replies.drop(tags, peer, packet);
    const fault = this.#sourceFault(peer, packet);
    if (fault !== undefined) return this.#drop(fault, peer, packet);
    this.#options.story?.packet(peer, packet.source, packet, tags);
    if (packet.code === CODE_PADI) this.#renew(peer, packet, tags);
    const hostUniq = findTag(tags, TAG_HOST_UNIQ);
    const known = this.#pending.find(peer.name, packet.source, hostUniq);
    const refusal = packet.code === CODE_PADI
      ? this.#gate.padi(peer, packet.source, known)
      : this.#refusePadr(peer, packet, tags, known);
    if (refusal !== undefined) return this.#refuse(refusal, peer, packet, tags);
    if (this.#policy.mac === "transparent") this.#addresses.claim(packet.source, peer);
    const pending = this.#pending.begin(peer, peer.name, packet.source, hostUniq);
    if (pending === undefined) return this.#refuse("pending-limit", peer, packet, tags);
    const local = this.#replies.localAddress(packet.source);
    const busy = this.#hostUniq.assign(pending, local);
    if (busy !== undefined) return this.#refuse(busy, peer, packet, tags);
    const upstream = setTag(tags, TAG_HOST_UNIQ, pending.upstream);
    if (!fitsDiscovery(packet.code, upstream)) {
      return this.#refuse("discovery-too-long", peer, packet, tags);
    }
    const shown = { ...packet, source: local, tags: encodeTags(upstream) };
    const frame = encodeDiscovery(shown, this.#options.etherTypes[0]);
    if (packet.code === CODE_PADI) {
      for (const request of pending.requested.values()) request.isOver = true;
      return this.#gate.padis.submit(pending, frame);
    }
    this.#answers.request(pending, packet, tags);
    this.#sessions.earlier.requests.asked(packet.destination, local);
    this.#sessions.outlet.toWire({ peer, customer: packet.source }, frame);
  }

  /** Handles a discovery frame without a session from the wire: accepts PADO and PADS only. */
  fromWire(packet: DiscoveryPacket): void {
    this.#answers.fromWire(packet);
  }

  #sourceFault(peer: Peer, packet: DiscoveryPacket): DropReason | undefined {
    if (packet.code !== CODE_PADI && packet.code !== CODE_PADR) return "wrong-direction";
    // With our own address, customers' addresses do not appear on the wire and may be any.
    if (this.#policy.mac === "own") return undefined;
    if (packet.source === readMac(this.#link.mac, 0)) return "own-address";
    if (this.#answers.isConcentrator(packet.source)) return "ac-address-spoofed";
    return this.#addresses.isFree(packet.source, peer) ? undefined : "mac-in-use";
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
  #renew(peer: Peer, { source }: DiscoveryPacket, tags: Tag[]): void {
    const hostUniq = findTag(tags, TAG_HOST_UNIQ);
    const known = this.#pending.find(peer.name, source, hostUniq);
    if (known?.owner !== peer || !this.#pacer.renewed(known)) return;
    this.#pending.begin(peer, peer.name, source, hostUniq);
  }

  /**
   * Returns why a PADR is dropped: only a PADI starts a discovery, and the AC must have made an
   * offer.
   */
  #refusePadr(
    peer: Peer,
    { source, destination, tags }: DiscoveryPacket,
    list: Tag[],
    pending: Pending<Peer> | undefined,
  ): DropReason | undefined {
    if (pending === undefined) return "unsolicited";
    const cookie = findTag(list, TAG_AC_COOKIE);
    // Several ACs may share an address: only the same offer again is a repetition.
    const isSame = pending.requested.get(destination)?.cookie === cookie?.toHex();
    const repeated = isSame ? this.#gate.padrs.repeated(pending, destination) : undefined;
    if (repeated !== undefined) {
      this.#replies.deliver(peer, repeated.session.handle, repeated.pads);
      return "padr-repeated";
    }
    return this.#gate.blocked(peer, source) ?? this.#gate.padrs.ask(pending, destination, tags);
  }

  /** Drops a packet of a client's customer. */
  #drop(reason: DropReason, peer: Peer, packet: { source: Mac }): void {
    this.#options.story?.refused(peer, packet.source, reason);
    this.#replies.drop(reason, peer, packet);
  }

  /** Drops a request, and sends the reason where the protocol allows it. */
  #refuse(reason: DropReason, peer: Peer, packet: DiscoveryPacket, tags: Tag[]): void {
    this.#drop(reason, peer, packet);
    const frame = refusalFrame(reason, packet, tags, readMac(this.#link.mac, 0));
    if (frame === undefined || !this.#gate.mayRefuse(peer, packet.source)) return;
    this.#replies.deliver(peer, 0, frame);
  }
}
