import type { Link } from "../../../ffi/link/link.ts";
import { CODE_PADI, CODE_PADR, TAG_HOST_UNIQ } from "../../pppoe/constants.ts";
import { padsError } from "../../pppoe/discovery.ts";
import { type DiscoveryPacket, encodeDiscovery, parseDiscovery } from "../../pppoe/frame.ts";
import { formatMac, type Mac, readMac } from "../../pppoe/mac.ts";
import { checkDiscovery } from "../../pppoe/rules.ts";
import { fitsDiscovery, setTag } from "../../pppoe/tag_edit.ts";
import { encodeTags, findTag, readTags, type Tag } from "../../pppoe/tags.ts";
import { AcSilence, type PresentSilence } from "./ac_silence.ts";
import { ClientAnswers } from "./client_answers.ts";
import { Concentrators } from "./concentrators.ts";
import type { DropReason } from "../session/drops.ts";
import type { Party } from "../session/frame_tap.ts";
import { Offers } from "./offers.ts";
import { noteRequest, PendingDiscoveries } from "./pending.ts";
import type { ClientPolicy, ProxyLimits, ProxyOptions } from "../session/proxy_options.ts";
import { isSilent, refusalTag } from "./refusal.ts";
import { RequestGate } from "./request_gate.ts";
import type { Peer } from "../session/session.ts";
import { serviceIn } from "../session/session_names.ts";
import type { Sessions } from "../session/sessions.ts";
import { TokenSigner } from "./token.ts";
import { SourceGate } from "./source_gate.ts";

/** Number of unknown addresses remembered: those of half a minute at 10,000 a second. */
const STRANGERS = 1 << 18;

/**
 * Discovery on the client: sends customers' PADIs and PADRs into the tunnel, and returns offers and
 * confirmations to the customer that asked.
 */
export class ClientDiscovery {
  #link: Link;
  #options: ProxyOptions;
  #policy: ClientPolicy;
  #sessions: Sessions;
  #pending: PendingDiscoveries<Peer>;
  #sources: SourceGate;
  #gate: RequestGate;
  #offers: Offers<Peer>;
  #concentrators: Concentrators;
  #answers: ClientAnswers;
  #tunnel: () => Peer | undefined;
  #silence: AcSilence;

  /** `tunnel` returns the tunnel that is up, if any. */
  constructor(
    options: ProxyOptions,
    policy: ClientPolicy,
    sessions: Sessions,
    tunnel: () => Peer | undefined,
  ) {
    this.#tunnel = tunnel;
    this.#silence = new AcSilence(options.now, (report) => options.silent?.(report));
    this.#link = options.link;
    this.#options = options;
    this.#policy = policy;
    this.#sessions = sessions;
    this.#offers = new Offers(policy.mac, new TokenSigner(options.randomBytes));
    this.#pending = new PendingDiscoveries(
      options.limits,
      options.now,
      (pending) => this.#offers.forget(pending),
    );
    this.#concentrators = new Concentrators({ now: options.now, sessions: sessions.table });
    this.#sources = new SourceGate(options);
    this.#gate = new RequestGate({
      ...options,
      sessions,
      strangers: STRANGERS,
      hasRoom: () => tunnel()?.tunnel?.writer.isDiscoveryFull !== true,
      send: ({ owner, customer }, frame) => {
        this.#silence.asked(customer, serviceIn(frame, options.etherTypes[0]));
        this.#toServer({ peer: owner, customer }, frame);
      },
      dropped: (pending) => {
        this.#pending.removeUnasked(pending);
        this.#drop("padi-rate", { source: pending.customer });
      },
      sent: () => sessions.writers.flush(),
    });
    this.#answers = new ClientAnswers({
      options,
      policy,
      sessions,
      pending: this.#pending,
      offers: this.#offers,
      concentrators: this.#concentrators,
      gate: this.#gate,
      answered: () => this.#silence.answered(),
      refuse: (...refusal) => this.#refuse(...refusal),
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

  /** Removes the discoveries of a lost tunnel: late answers are not accepted. */
  removePeer(peer: Peer): void {
    this.#silence.reset();
    this.#gate.padis.removeOwner(peer);
    this.#pending.removeOwner(peer);
  }

  /** Applies new limits. */
  reconfigure(limits: ProxyLimits): void {
    this.#pending.reconfigure(limits);
    this.#gate.reconfigure(limits);
    this.#sources.reconfigure(limits);
  }

  expire(): void {
    this.#pending.expire();
    this.#concentrators.expire();
    this.#silence.look();
  }

  /** Whether a frame exceeds its source's limit, so that it is dropped unread. */
  isExcess(bytes: Uint8Array, offset: number, length: number): boolean {
    return this.#sources.isExcess(bytes, offset, length);
  }

  /** Handles a discovery frame without a session from the wire: forwards PADI and PADR only. */
  fromWire(packet: DiscoveryPacket): void {
    const peer = this.#tunnel();
    if (packet.code !== CODE_PADI && packet.code !== CODE_PADR) {
      return this.#sessions.drops.count("wrong-direction");
    }
    const own = readMac(this.#link.mac, 0);
    if (packet.source === own) return this.#drop("own-address", packet);
    if (packet.code === CODE_PADR && this.#policy.mac === "own" && packet.destination !== own) {
      return this.#sessions.drops.count("not-for-us");
    }
    const tags = readTags(packet.tags);
    if (typeof tags === "string") return this.#drop(tags, packet);
    const fault = checkDiscovery(packet, tags);
    if (fault !== undefined) return this.#drop(fault, packet);
    this.#options.story?.packet(peer, packet.source, packet, tags);
    // With mac = "own" no customer shares a wire with the AC, so their addresses may be equal.
    // Mere offers are not weighed here: the server does that, as it receives them first.
    if (this.#policy.mac === "transparent" && this.#concentrators.isProven(packet.source)) {
      return this.#drop("ac-address-spoofed", packet);
    }
    if (peer === undefined) return this.#drop("no-tunnel", packet);
    if (packet.code === CODE_PADI) this.#padi(peer, packet, tags);
    else this.#padr(peer, packet, tags);
  }

  #padi(peer: Peer, packet: DiscoveryPacket, tags: Tag[]): void {
    const hostUniq = findTag(tags, TAG_HOST_UNIQ);
    const known = this.#pending.find(peer.name, packet.source, hostUniq);
    const refusal = this.#gate.padi(peer, packet.source, known);
    if (refusal !== undefined) return this.#drop(refusal, packet);
    const pending = this.#pending.begin(peer, peer.name, packet.source, hostUniq);
    if (pending === undefined) return this.#drop("pending-limit", packet);
    this.#gate.padis.submit(pending, encodeDiscovery(packet));
  }

  #padr(peer: Peer, packet: DiscoveryPacket, tags: Tag[]): void {
    const hostUniq = findTag(tags, TAG_HOST_UNIQ);
    const asked = this.#pending.find(peer.name, packet.source, hostUniq);
    const offer = this.#offers.chosen(peer, asked, packet, tags);
    // Dropped without an error: it may be for another proxy behind the same address.
    if (typeof offer === "string") return this.#drop(offer, packet);
    const { pending, concentrator } = offer;
    const cookie = offer.cookie?.toHex();
    // Several ACs may share an address: only the same offer again is a repetition.
    const isSame = pending.requested.get(concentrator)?.cookie === cookie;
    const repeated = isSame ? this.#gate.padrs.repeated(pending, concentrator) : undefined;
    if (repeated !== undefined) {
      const pads = this.#withHostUniq(repeated.pads, hostUniq);
      if (pads !== undefined) this.#sessions.outlet.toWire(repeated.session, pads);
      return this.#drop("padr-repeated", packet);
    }
    const refusal = this.#gate.blocked(peer, packet.source) ??
      this.#gate.padrs.ask(pending, concentrator, packet.tags);
    if (refusal !== undefined) return this.#refuse(refusal, peer, packet, tags);
    // The AC knows the discovery by one Host-Uniq, whatever the customer's PADR carries.
    const upstream = setTag(this.#offers.unwrapped(tags, offer), TAG_HOST_UNIQ, pending.hostUniq);
    if (!fitsDiscovery(packet.code, upstream)) {
      return this.#refuse("discovery-too-long", peer, packet, tags);
    }
    this.#pending.begin(peer, peer.name, packet.source, pending.hostUniq); // renew it
    noteRequest(pending, concentrator, { hostUniq, acName: offer.acName, cookie });
    const padr = { ...packet, destination: concentrator, tags: encodeTags(upstream) };
    this.#toServer({ peer, customer: packet.source }, encodeDiscovery(padr));
  }

  /** Returns a PADS with the Host-Uniq of another PADR; undefined if it does not fit. */
  #withHostUniq(pads: Uint8Array, hostUniq: Uint8Array | undefined): Uint8Array | undefined {
    const [etherType] = this.#options.etherTypes;
    const packet = parseDiscovery(pads, etherType);
    const list = typeof packet === "string" ? packet : readTags(packet.tags);
    if (typeof packet === "string" || typeof list === "string") return undefined;
    const tags = setTag(list, TAG_HOST_UNIQ, hostUniq);
    if (!fitsDiscovery(packet.code, tags)) return undefined;
    return encodeDiscovery({ ...packet, tags: encodeTags(tags) }, etherType);
  }

  /** Handles a packet from the server: PADO, error PADS, or the PADS that opens a session. */
  fromTunnel(peer: Peer, handle: number, packet: DiscoveryPacket): void {
    this.#answers.fromTunnel(peer, handle, packet);
  }

  /** Drops a PADR and sends the reason to the customer (RFC 2516 section 5.4). */
  #refuse(reason: DropReason, peer: Peer, packet: DiscoveryPacket, tags: Tag[]): void {
    this.#drop(reason, packet);
    if (isSilent(reason) || !this.#gate.mayRefuse(peer, packet.source)) return;
    const frame = padsError(packet, tags, refusalTag(reason), this.#options.etherTypes[0]);
    this.#sessions.outlet.toWire(undefined, frame);
  }

  #toServer(party: Party, frame: Uint8Array): void {
    this.#sessions.outlet.toTunnel(party, 0, frame);
    this.#sessions.writers.touch(party.peer);
  }

  #drop(reason: DropReason, packet: { source: Mac }): void {
    this.#options.story?.refused(this.#tunnel(), packet.source, reason);
    this.#sessions.drops.drop(reason, () => ({ mac: formatMac(packet.source) }));
  }
}
