import type { FrameFault } from "../../pppoe/frame.ts";
import type { CodeFault } from "../../pppoe/rules.ts";
import type { SessionCodeFault } from "../../pppoe/session_codes.ts";
import type { SessionFault } from "../../pppoe/session_frame.ts";
import type { TagFault } from "../../pppoe/tags.ts";
import type { TunnelDrop } from "../../tunnel/tunnel_sink.ts";

/** Why the proxy itself dropped a frame. The same word is the log field and the metric label. */
export type PolicyDrop =
  | "ac-address-spoofed" // a customer's frame has the AC's source address
  | "ac-cookie-missing" // a PADR that does not identify the AC
  | "ac-cookie-unknown" // a cookie that we did not make, or whose offer has expired
  | "control-excess" // PPP control beyond its session's share of a queue, dropped as data is
  | "discovery-too-long" // no room for the tags that have to be added
  | "customer-session-limit" // maximum number of sessions of one customer reached
  | "discovery-rate" // more discovery packets a second than a session, customer, client or AC needs
  | "draining" // the operator has stopped new sessions
  | "host-session" // this machine's own kernel has a session with this AC and id
  | "host-uniq-busy" // another customer is using the same upstream Host-Uniq
  | "host-uniq-forged" // a token that fails its HMAC
  | "host-uniq-missing" // the AC did not echo the Host-Uniq
  | "host-uniq-unknown" // no such request, or the request has expired
  | "mac-in-use" // transparent: the address belongs to another client's customer
  | "no-tunnel" // the tunnel is down
  | "not-for-us" // unicast to another host on the segment
  | "offer-rate" // more offers than a PADI needs, or more a second than allowed
  | "offer-used" // a PADR for an offer that has led to a session
  | "own-address" // a frame with our own source address
  | "padi-rate" // PADI rate limit of one MAC address or of all, or its queue is full
  | "padi-repeated" // the same PADI is queued or was just sent
  | "padr-repeated" // the same PADR was just sent, or has been answered
  | "pending-limit" // maximum number of discoveries in progress reached
  | "ppp-short" // a session frame without a whole PPP frame
  | "queue-full" // the tunnel does not keep up
  | "queue-stale" // data that waited too long while the tunnel did not keep up
  | "session-limit" // maximum number of sessions reached, of one client or in all
  | "session-unproven" // a client ends a session that it cannot prove to have had
  | "session-unknown" // a frame of an unknown session
  | "tunnel-frame-unfit" // a record whose frame the other proxy should not have sent
  | "unsolicited" // an offer or a session that was not requested from this AC
  | "wrong-direction"; // a code that is not valid from that side

/** Every reason for dropping a frame above the link. */
export type DropReason =
  | PolicyDrop
  | FrameFault
  | SessionFault
  | TagFault
  | CodeFault
  | SessionCodeFault
  | TunnelDrop;

/** Counts drops by reason; bounded by the number of reasons. */
export class Drops {
  readonly counts: Record<string, number> = {};
  #observe: (reason: DropReason, detail: () => Record<string, unknown>) => void;

  /** `observe` is called for each drop, with facts for the log, and decides what to log. */
  constructor(observe: (reason: DropReason, detail: () => Record<string, unknown>) => void) {
    this.#observe = observe;
  }

  /** Counts and reports a dropped frame; not for the data path. */
  drop(reason: DropReason, detail: () => Record<string, unknown> = () => ({})): void {
    this.count(reason);
    this.#observe(reason, detail);
  }

  /** Counts a drop without reporting it: for session frames. */
  count(reason: DropReason): void {
    this.counts[reason] = (this.counts[reason] ?? 0) + 1;
  }

  /** Counts a dropped session frame; returns false. */
  refuse(reason: DropReason): false {
    this.count(reason);
    return false;
  }
}
