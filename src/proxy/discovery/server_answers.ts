import type { Link } from "../../../ffi/link/link.ts";
import {
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  TAG_AC_COOKIE,
  TAG_AC_NAME,
  TAG_HOST_UNIQ,
} from "../../pppoe/constants.ts";
import { padsError } from "../../pppoe/discovery.ts";
import { type DiscoveryPacket, encodeDiscovery } from "../../pppoe/frame.ts";
import { type Mac, readMac } from "../../pppoe/mac.ts";
import { fitsDiscovery, setTag } from "../../pppoe/tag_edit.ts";
import { encodeTags, findTag, readTags, type Tag } from "../../pppoe/tags.ts";
import { AcReports } from "./ac_reports.ts";
import { checkedTags } from "./checked_tags.ts";
import { Concentrators } from "./concentrators.ts";
import { ClientReplies } from "./client_replies.ts";
import type { DropReason } from "../session/drops.ts";
import type { Party } from "../session/frame_tap.ts";
import type { HostUniqRewriter } from "./host_uniq.ts";
import { Offers } from "./offers.ts";
import { noteRequest, type Pending, type PendingDiscoveries, type Requested } from "./pending.ts";
import type { ProxyOptions, ServerPolicy } from "../session/proxy_options.ts";
import { refusalTag } from "./refusal.ts";
import type { RequestGate } from "./request_gate.ts";
import { nextHandle, type Peer, type Session } from "../session/session.ts";
import { nameIn, SharedNames } from "../session/session_names.ts";
import { provable } from "../session/session_proof.ts";
import type { Sessions } from "../session/sessions.ts";
import type { TokenSigner } from "./token.ts";
import { UnwantedSessions } from "./unwanted_sessions.ts";

/** Dependencies of {@linkcode ServerAnswers}. */
export interface ServerAnswersOptions {
  options: ProxyOptions;
  policy: ServerPolicy;
  sessions: Sessions;
  pending: PendingDiscoveries<Peer>;
  hostUniq: HostUniqRewriter<Peer>;
  signer: TokenSigner;
  gate: () => RequestGate;
  /** Called for each answer to a request of ours. */
  answered: () => void;
  /** Called for each discovery that receives an offer. */
  offered: (pending: Pending<Peer>) => void;
}

/**
 * Handles the ACs' answers, PADO and PADS, and sends them to the one client whose Host-Uniq they
 * carry.
 */
export class ServerAnswers {
  #link: Link;
  #policy: ServerPolicy;
  #sessions: Sessions;
  #options: ProxyOptions;
  #reports: AcReports;
  #replies: ClientReplies;
  #pending: PendingDiscoveries<Peer>;
  #hostUniq: HostUniqRewriter<Peer>;
  #gate: () => RequestGate;
  #offered: (pending: Pending<Peer>) => void;
  #concentrators: Concentrators;
  #offers: Offers<Peer>;
  #unwanted: UnwantedSessions;
  #names = new SharedNames();

  constructor(parts: ServerAnswersOptions) {
    const { options, sessions } = parts;
    this.#link = options.link;
    this.#policy = parts.policy;
    this.#sessions = sessions;
    this.#options = options;
    this.#replies = new ClientReplies(options.link, parts.policy, sessions);
    this.#pending = parts.pending;
    this.#hostUniq = parts.hostUniq;
    this.#gate = parts.gate;
    this.#offered = parts.offered;
    this.#concentrators = new Concentrators({ now: options.now, sessions: sessions.table });
    this.#reports = new AcReports(options, this.#concentrators, parts.answered);
    this.#offers = new Offers("transparent", parts.signer); // the ACs' own cookies are visible here
    this.#unwanted = new UnwantedSessions(sessions, options.now);
  }

  /** Returns the party that an answer from the wire belongs to. */
  partyOf({ destination, tags }: DiscoveryPacket): Party | undefined {
    const list = readTags(tags);
    if (typeof list === "string") return undefined;
    const found = this.#hostUniq.resolve(destination, findTag(list, TAG_HOST_UNIQ));
    return typeof found === "string" ? undefined : { peer: found.owner, customer: found.customer };
  }

  /** Whether this address is an AC's, so that a request from it is refused now. */
  isConcentrator(mac: Mac): boolean {
    return this.#concentrators.refuses(mac);
  }

  /** Removes a discovery: later answers to it are not accepted. */
  forget(pending: Pending<Peer>): void {
    this.#hostUniq.forget(pending);
    this.#offers.forget(pending);
  }

  expire(): void {
    this.#concentrators.expire();
  }

  /** Records a PADR to an AC. */
  request(pending: Pending<Peer>, packet: DiscoveryPacket, tags: Tag[]): void {
    const { owner, hostUniq } = pending;
    const known = pending.requested.get(packet.destination);
    // A customer that asks again after its session has ended wants another one.
    if (known !== undefined && known.sessionId !== 0) {
      known.isOver ||= this.#opened(pending, packet.destination, known.sessionId) === undefined;
    }
    const offer = this.#offers.chosen(owner, pending, packet, tags);
    const acName = typeof offer === "string" ? "" : offer.acName;
    const cookie = findTag(tags, TAG_AC_COOKIE);
    noteRequest(pending, packet.destination, { hostUniq, acName, cookie: cookie?.toHex() });
  }

  /** Handles a discovery frame without a session from the wire: accepts PADO and PADS only. */
  fromWire(packet: DiscoveryPacket): void {
    const own = readMac(this.#link.mac, 0);
    // With transparent addresses we use the customers' addresses on the wire.
    if (packet.source === own || packet.source === packet.destination) {
      return this.#replies.drop("own-address", undefined, packet);
    }
    if (this.#policy.mac === "own" && packet.destination !== own) {
      return this.#sessions.drops.count("not-for-us");
    }
    if (packet.code !== CODE_PADO && packet.code !== CODE_PADS) {
      // Other hosts' broadcasts are normal traffic on the segment and are not logged.
      return this.#sessions.drops.count("wrong-direction");
    }
    const given = checkedTags(packet);
    if (typeof given === "string") return this.#replies.drop(given, undefined, packet);
    this.#sessions.discoveryStats.errorTags(given);
    const hostUniq = findTag(given, TAG_HOST_UNIQ);
    const found = this.#hostUniq.resolve(packet.destination, hostUniq);
    if (typeof found === "string") {
      this.#replies.drop(found, undefined, packet);
      const delay = this.#hostUniq.lateness(packet.destination, hostUniq);
      if (delay !== undefined) this.#reports.late(packet, given, delay);
      const requester = this.#hostUniq.requesterOf(packet.destination, hostUniq);
      return requester && this.#unwanted.end(packet, requester);
    }
    this.#reports.answered(found, packet, given);
    if (packet.code === CODE_PADS) this.#confirm(found, packet, given);
    else this.#offer(found, packet, given);
  }

  #offer(pending: Pending<Peer>, packet: DiscoveryPacket, given: Tag[]): void {
    const { owner, customer, hostUniq } = pending;
    const tags = setTag(given, TAG_HOST_UNIQ, hostUniq);
    if (!fitsDiscovery(packet.code, tags)) {
      return this.#replies.drop("discovery-too-long", owner, packet);
    }
    const excess = this.#gate().answers.offer(pending, packet.source);
    if (excess !== undefined) return this.#replies.drop(excess, owner, packet);
    const shown = this.#offers.take(pending, packet, given);
    if (typeof shown === "string") return this.#replies.drop(shown, owner, packet);
    this.#concentrators.offered(packet.source, nameIn(given, TAG_AC_NAME));
    this.#options.story?.packet(owner, customer, packet, given);
    this.#gate().padrs.offered(pending, packet.source);
    this.#offered(pending);
    pending.asked = -Infinity;
    this.#toPeer(owner, 0, { ...packet, destination: customer, tags: encodeTags(tags) });
  }

  /** Handles a PADS: an error, a repetition, a new session, or one that is no longer wanted. */
  #confirm(pending: Pending<Peer>, packet: DiscoveryPacket, given: Tag[]): void {
    const { owner: peer, customer } = pending;
    const request = pending.requested.get(packet.source);
    const tags = setTag(given, TAG_HOST_UNIQ, pending.hostUniq);
    const fits = fitsDiscovery(packet.code, tags);
    if (request === undefined || !fits) {
      this.#replies.drop(fits ? "unsolicited" : "discovery-too-long", peer, packet);
      return this.#unwanted.end(packet, this.#hostUniq.requester(peer));
    }
    const down = { ...packet, destination: customer, tags: encodeTags(tags) };
    if (packet.sessionId === 0) {
      const excess = this.#gate().answers.confirmation(pending);
      if (excess !== undefined) return this.#replies.drop(excess, peer, packet);
      this.#options.story?.packet(peer, customer, packet, given);
      return this.#toPeer(peer, 0, down);
    }
    if (request.sessionId === 0) return this.#open(pending, request, packet, down, tags);
    const open = this.#opened(pending, packet.source, request.sessionId);
    if (open === undefined) this.#replies.drop("unsolicited", peer, packet);
    if (open === undefined || packet.sessionId !== request.sessionId) {
      this.#unwanted.end(packet, this.#hostUniq.requester(peer));
    }
    // One PADR leads to one session, whatever else the AC has opened for it.
    if (open === undefined) return;
    const excess = this.#gate().answers.confirmation(pending);
    if (excess !== undefined) return this.#replies.drop(excess, peer, packet);
    this.#toOpen(open, { ...down, sessionId: request.sessionId }, tags);
  }

  /** Returns the open session of this id that an AC has given a discovery's customer. */
  #opened(
    { owner, customer }: Pending<Peer>,
    concentrator: Mac,
    sessionId: number,
  ): Session | undefined {
    const { table } = this.#sessions;
    const local = this.#replies.localAddress(customer);
    const known = table.sessions[table.find(concentrator, local, sessionId)];
    return known?.peer === owner && known.customer === customer ? known : undefined;
  }

  #open(
    pending: Pending<Peer>,
    request: Requested,
    packet: DiscoveryPacket,
    down: DiscoveryPacket,
    tags: Tag[],
  ): void {
    const { owner: peer, customer } = pending;
    const { source: concentrator, destination: local, sessionId } = packet;
    // With our own address, the kernel's session would share its frames and its end.
    const isOwn = local === readMac(this.#link.mac, 0);
    if (isOwn && this.#sessions.outlet.isHosts(concentrator, sessionId, false)) {
      return this.#replies.drop("host-session", peer, packet);
    }
    const table = this.#sessions.table;
    const known = table.sessions[table.find(concentrator, local, sessionId)];
    // The AC has reused the id, so it has ended the session that had it.
    if (known !== undefined) this.#sessions.close(known, "replaced", { wire: false, tunnel: true });
    const full = this.#gate().full(peer, customer);
    const handle = full === undefined ? nextHandle(peer) : 0;
    const opened: Omit<Session, "index" | "openedAt"> = {
      peer,
      handle,
      customer,
      concentrator,
      acSessionId: sessionId,
      wireSessionId: sessionId,
      remote: concentrator,
      local,
      names: this.#names.of(tags, request.acName || this.#concentrators.nameOf(concentrator)),
    };
    if (handle === 0) return this.#overLimit(full ?? "session-limit", packet, pending);
    const session = this.#sessions.open(opened, pending.began);
    this.#concentrators.opened(opened);
    request.sessionId = sessionId;
    this.#pending.settle(pending);
    this.#gate().opened(pending, session, this.#toOpen(session, down, tags));
  }

  /** Sends a session's PADS to its client, and returns it. */
  #toOpen(session: Session, pads: DiscoveryPacket, tags: Tag[]): Uint8Array {
    const frame = encodeDiscovery(provable(this.#sessions.proofs, session, pads, tags));
    this.#replies.deliver(session.peer, session.handle, frame);
    return frame;
  }

  /** Handles a limit reached between PADR and PADS: a PADT to the AC, an error to the customer. */
  #overLimit(reason: DropReason, pads: DiscoveryPacket, pending: Pending<Peer>): void {
    const { owner: peer, customer } = pending;
    this.#options.story?.refused(peer, customer, reason);
    this.#replies.drop(reason, peer);
    this.#unwanted.end(pads, this.#hostUniq.requester(peer), { peer, customer });
    // An AC may answer one PADR any number of times.
    if (this.#gate().answers.confirmation(pending) !== undefined) return;
    const request = {
      destination: pads.source,
      source: customer,
      code: CODE_PADR,
      sessionId: 0,
      tags: new Uint8Array(0),
    };
    const tags = setTag([], TAG_HOST_UNIQ, pending.hostUniq);
    this.#replies.deliver(peer, 0, padsError(request, tags, refusalTag(reason)));
  }

  #toPeer(peer: Peer, handle: number, packet: DiscoveryPacket): void {
    this.#replies.deliver(peer, handle, encodeDiscovery(packet));
  }
}
