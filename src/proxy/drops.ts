import type { FrameFault } from "../pppoe/frame.ts";
import type { CodeFault } from "../pppoe/rules.ts";
import type { SessionCodeFault } from "../pppoe/session_codes.ts";
import type { SessionFault } from "../pppoe/session_frame.ts";
import type { TagFault } from "../pppoe/tags.ts";
import type { TunnelDrop } from "../tunnel/tunnel_sink.ts";

/** Why the proxy itself did not pass a frame on. The word is log field and metric label at once. */
export type PolicyDrop =
  | "ac-address-spoofed" // a customer's frame bears the AC's source address
  | "ac-cookie-missing" // a PADR from which the AC cannot be told
  | "ac-cookie-unknown" // a cookie that we did not make, or whose offer has expired
  | "control-excess" // PPP control beyond its session's share of a queue, dropped as data is
  | "discovery-too-long" // no room for the tags that have to be put in
  | "customer-session-limit" // as many sessions as one customer may have
  | "discovery-rate" // more discovery packets a second than a session, customer, client or AC needs
  | "draining" // the operator wants no new sessions
  | "host-session" // the AC gives an id that this host's own kernel has a session of with it
  | "host-uniq-busy" // another customer uses the same upstream Host-Uniq just now
  | "host-uniq-forged" // a token that fails its HMAC
  | "host-uniq-missing" // the AC did not echo the Host-Uniq
  | "host-uniq-unknown" // nobody asked, or the request has expired
  | "mac-in-use" // transparent: the address belongs to another client's customer
  | "no-tunnel" // the tunnel is down
  | "not-for-us" // unicast to somebody else on the segment
  | "offer-rate" // more offers than a PADI needs, or more a second than allowed
  | "offer-used" // a PADR for an offer that has led to a session
  | "own-address" // a frame that bears our own source address
  | "padi-rate" // more PADIs a second than allowed, of one MAC or than can wait in all
  | "padi-repeated" // the same PADI waits, or has gone on just now
  | "padr-repeated" // the same PADR has gone on just now, or has been answered
  | "pending-limit" // as many discoveries under way as allowed
  | "ppp-short" // a session frame without a whole PPP frame in it
  | "queue-full" // the tunnel does not keep up
  | "queue-stale" // data that has waited too long while the tunnel did not keep up
  | "session-limit" // as many sessions as allowed, of one client or in all
  | "session-unproven" // a client ends a session that it cannot prove to have had
  | "session-unknown" // a frame of no session we know
  | "tunnel-frame-unfit" // a record whose frame the far end should not have sent
  | "unsolicited" // an offer or a session that nobody asked this AC for
  | "wrong-direction"; // a code that does not come from that side

/** Every reason for which a frame is dropped above the link. */
export type DropReason =
  | PolicyDrop
  | FrameFault
  | SessionFault
  | TagFault
  | CodeFault
  | SessionCodeFault
  | TunnelDrop;

/** Counts drops by reason; bounded by the reasons there are. */
export class Drops {
  readonly counts: Record<string, number> = {};
  #observe: (reason: DropReason, detail: () => Record<string, unknown>) => void;

  /** `observe` is told of each drop, with facts for the log, and decides what to write. */
  constructor(observe: (reason: DropReason, detail: () => Record<string, unknown>) => void) {
    this.#observe = observe;
  }

  /** Counts a dropped frame outside the frame path, and reports it. */
  drop(reason: DropReason, detail: () => Record<string, unknown> = () => ({})): void {
    this.count(reason);
    this.#observe(reason, detail);
  }

  /** Counts only: for session frames. */
  count(reason: DropReason): void {
    this.counts[reason] = (this.counts[reason] ?? 0) + 1;
  }

  /** Counts a session frame that goes no further. */
  refuse(reason: DropReason): false {
    this.count(reason);
    return false;
  }
}
