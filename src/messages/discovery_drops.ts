import type { CodeFault } from "../pppoe/rules.ts";
import type { FrameFault } from "../pppoe/frame.ts";
import type { SessionCodeFault } from "../pppoe/session_codes.ts";
import type { SessionFault } from "../pppoe/session_frame.ts";
import type { TagFault } from "../pppoe/tags.ts";
import type { PolicyDrop } from "../proxy/session/drops.ts";
import type { Explanation } from "./explanation.ts";

const SENDER = "Look for a faulty or hostile host: capture the interface to find its address.";
const REPEATS = "Nothing: hosts repeat packets until they are answered.";

/** Frames that are not valid PPPoE. */
export const MALFORMED: Readonly<
  Record<FrameFault | SessionFault | TagFault | CodeFault | SessionCodeFault, Explanation>
> = {
  "code-wrong": {
    meaning: "The frame's code is not valid for its EtherType (RFC 2516 section 4).",
    action: SENDER,
  },
  "destination-not-unicast": {
    meaning: "A packet other than a PADI has a group address as its destination.",
    action: SENDER,
  },
  "ethertype-wrong": {
    meaning: "A discovery record of the tunnel holds a frame with another EtherType.",
    action: "Check that both daemons have the same `ether_types`.",
  },
  "frame-short": {
    meaning: "The frame is shorter than its headers.",
    action: SENDER,
  },
  "host-uniq-duplicate": {
    meaning: "The packet has more than one Host-Uniq, so it is undefined which one to return.",
    action: "Update the customer's router: no known client does this.",
  },
  "length-overrun": {
    meaning: "The PPPoE header's length exceeds the frame.",
    action: SENDER,
  },
  "padi-not-broadcast": {
    meaning: "A PADI is not sent to the broadcast address (RFC 2516 section 5.1).",
    action: SENDER,
  },
  "service-name-count": {
    meaning: "A PADI or PADR does not have exactly one Service-Name.",
    action: SENDER,
  },
  "session-id-reserved": {
    meaning: "The session id is 0xffff, which RFC 2516 section 4 reserves.",
    action: SENDER,
  },
  "session-id-wrong": {
    meaning: "A PADI, PADO or PADR has a session id, or a PADT has none.",
    action: SENDER,
  },
  "session-id-zero": {
    meaning: "A session frame has session id 0.",
    action: SENDER,
  },
  "source-not-unicast": {
    meaning: "The source address is a group address or zero.",
    action: SENDER,
  },
  "tag-length-wrong": {
    meaning: "A tag's length is not what its definition demands (RFC 5578).",
    action: SENDER,
  },
  "tag-overrun": {
    meaning: "A tag extends beyond the packet.",
    action: SENDER,
  },
  "tag-truncated": {
    meaning: "The packet ends within the header of a tag.",
    action: SENDER,
  },
  "tags-too-long": {
    meaning: "The tags do not fit an Ethernet frame.",
    action: SENDER,
  },
  "version-wrong": {
    meaning: "PPPoE's version or type is not 1.",
    action: SENDER,
  },
};

/** Valid frames that the proxy does not forward. */
export const POLICY: Readonly<Record<PolicyDrop, Explanation>> = {
  "ac-address-spoofed": {
    meaning: "A customer's frame has an AC's source address.",
    action: "Look for a loop between the two segments, or for a host that imitates the AC.",
  },
  "ac-cookie-missing": {
    meaning: "A PADR does not say which AC's offer it accepts.",
    action: "Update the customer's router: it must return the AC-Cookie (RFC 2516 section 5.3).",
  },
  "ac-cookie-unknown": {
    meaning: "A PADR accepts an offer that was never made or has expired.",
    action: "Nothing, if the customer then dials again. Raise `[discovery] timeout` if it repeats.",
  },
  "control-excess": {
    meaning: "A session has more PPP control waiting than its share of the queue.",
    action: "Find out why this customer negotiates without end, or why the tunnel is so slow.",
  },
  "customer-session-limit": {
    meaning:
      "The customer already has as many sessions as `[limits] sessions_per_customer` allows.",
    action:
      "Raise the limit if this customer needs more; otherwise end its old session with `kick`.",
  },
  "discovery-rate": {
    meaning: "More discovery packets a second than a session, customer, client or AC needs.",
    action: "Look at the sender: a router that dials in a loop usually has a wrong password.",
  },
  "discovery-too-long": {
    meaning: "The packet has no room for the tags that the proxy has to add.",
    action: "Shorten the Service-Name or the AC's tags.",
  },
  "draining": {
    meaning: "An operator has stopped new sessions.",
    action: "`pppoe-proxy drain --off` accepts them again.",
  },
  "host-session": {
    meaning: "The kernel of this machine has a PPPoE session with the same AC and id.",
    action: "Do not run pppd and the daemon on the same interface.",
  },
  "host-uniq-busy": {
    meaning: 'With `host_uniq = "preserve"`, another customer is using the same Host-Uniq.',
    action: 'Use `host_uniq = "rewrite"` unless the AC needs the customers\' own values.',
  },
  "host-uniq-forged": {
    meaning: "An answer has a Host-Uniq that looks like ours and was not made by us.",
    action: "Look for a second daemon with another key on this segment, or for a hostile host.",
  },
  "host-uniq-missing": {
    meaning: "The AC's answer has no Host-Uniq, so it belongs to no customer.",
    action: "Nothing, if the answer is for another host; otherwise the AC violates RFC 2516.",
  },
  "host-uniq-unknown": {
    meaning: "An answer belongs to no discovery in progress: it is late, or for another host.",
    action: "Nothing, if other PPPoE clients share the segment. If the AC answers late, raise " +
      "`[discovery] timeout`.",
  },
  "mac-in-use": {
    meaning: "In transparent mode the customer's address belongs to another client's customer.",
    action: 'Find the duplicate address, or use `mac = "own"`.',
  },
  "no-tunnel": {
    meaning: "The tunnel is down.",
    action: "See `status` for the last error of the tunnel.",
  },
  "not-for-us": {
    meaning: "The frame is for another host on the segment.",
  },
  "offer-rate": {
    meaning: "More offers than a PADI needs, or more a second than the limits allow.",
    action: "Look for a host that floods the AC's segment with PADOs.",
  },
  "offer-used": {
    meaning: "A PADR accepts an offer that has already led to a session.",
    action: REPEATS,
  },
  "own-address": {
    meaning: "A frame from the wire has this interface's own source address.",
    action: "Look for a loop in the network, or for a duplicate MAC address.",
  },
  "padi-rate": {
    meaning: "A customer sends, or all customers together send, more PADIs than the limits allow.",
    action:
      "After an outage this is normal and ends by itself. Otherwise see `[limits] padi_rate`.",
  },
  "padi-repeated": {
    meaning: "The same PADI is already waiting or was sent a moment ago.",
    action: REPEATS,
  },
  "padr-repeated": {
    meaning: "The same PADR was sent a moment ago, or has been answered.",
    action: REPEATS,
  },
  "pending-limit": {
    meaning: "The maximum number of discoveries is in progress.",
    action:
      "Check that the AC answers (`discover`); if it does, raise `[limits] pending_discoveries`.",
  },
  "ppp-short": {
    meaning: "A session frame has no room for PPP's protocol number.",
    action: SENDER,
  },
  "queue-full": {
    meaning: "The tunnel's queue is full: the path is slower than the line.",
    action: "See `status` for the queue's age; check the path's capacity and loss.",
  },
  "queue-stale": {
    meaning: "Data waited too long in the queue because the path is slower than the line.",
    action: "A few are normal on a full path. Many mean that the path has too little capacity.",
  },
  "session-limit": {
    meaning: "The maximum number of sessions is open, of one client or in all.",
    action: "Raise `[limits] sessions` or `sessions_per_client`.",
  },
  "session-unproven": {
    meaning: "A client ended a session that it cannot prove to have had.",
    action: "Nothing after a restart without `state_dir`; otherwise check the client.",
  },
  "session-unknown": {
    meaning: "The frame belongs to no open session.",
    action: "Nothing: the host gets a PADT, at a limited rate, and dials again.",
  },
  "tunnel-frame-unfit": {
    meaning: "The other proxy sent a frame that does not belong into its record.",
    action: "Use the same version on both sides; otherwise the peer is faulty or hostile.",
  },
  "unsolicited": {
    meaning: "An offer or a session that was not requested from this AC.",
    action: "Look for a host that imitates an AC.",
  },
  "wrong-direction": {
    meaning: "A code that this side of PPPoE does not send, such as a PADO from a customer.",
    action: "Look for an AC on the customers' segment or a customer on the AC's.",
  },
};
