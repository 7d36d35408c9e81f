import type { TransmitDrop } from "../../ffi/link/link.ts";
import type { TunnelDrop } from "../tunnel/tunnel_sink.ts";
import type { PolicyDrop } from "../proxy/session/drops.ts";
import type { Explanation } from "./explanation.ts";

const PATH = "A few are normal on a lossy path; many mean that the path loses packets.";

/** Records and datagrams that a tunnel drops; those that the queue drops are policy. */
export const TUNNEL_DROPS: Readonly<Record<Exclude<TunnelDrop, PolicyDrop>, Explanation>> = {
  "datagram-malformed": {
    meaning: "The peer sent a QUIC datagram that is not one of this protocol.",
    action: "Use the same version on both sides.",
  },
  "datagram-too-long": {
    meaning: "The path's maximum datagram size shrank while the datagram was waiting.",
    action: "Nothing, unless it repeats; then check the path's MTU.",
  },
  "fragment-duplicate": {
    meaning: "The same fragment of a frame arrived twice.",
    action: PATH,
  },
  "fragment-late": {
    meaning: "A fragment arrived too long after the other one of its frame.",
    action: PATH,
  },
  "fragment-lost": {
    meaning: "The other fragment of a frame never arrived.",
    action: PATH,
  },
  "fragment-mismatch": {
    meaning: "Two fragments do not belong to one frame.",
    action: "Use the same version on both sides.",
  },
  "packet-duplicate": {
    meaning: "A packet arrived that had arrived, or was restored from others, before.",
    action: "Nothing: it was late, or the path duplicates packets.",
  },
  "ping-rate": {
    meaning: "The peer sent more pings in datagrams than its datagrams call for.",
    action: "Use the same version on both sides; otherwise the peer is faulty or hostile.",
  },
  "probe-late": {
    meaning: "The answer to a probe of the path arrived late or out of order.",
    action: PATH,
  },
  "pong-unexpected": {
    meaning: "A pong answers none of our pings.",
    action: "Use the same version on both sides; otherwise the peer is faulty or hostile.",
  },
};

/** Frames that the interface drops. */
export const LINK_DROPS: Readonly<
  Record<TransmitDrop | "receive-truncated" | "receive-joined" | "vlan-tagged", Explanation>
> = {
  "frame-too-long": {
    meaning: "The frame is longer than the interface's MTU allows.",
    action: "Give both interfaces the same MTU: 1500, or 1508 for RFC 4638.",
  },
  "link-down": {
    meaning: "The interface is down or gone.",
    action: "`ip link show` shows its state; the daemon continues as soon as it is back.",
  },
  "receive-joined": {
    meaning: "The kernel or the card joined several frames (GRO, LRO), and the daemon, which " +
      "splits most such frames again, could not split these.",
    action: "Turn it off: `ethtool -K INTERFACE gro off lro off`.",
  },
  "receive-truncated": {
    meaning: "A received frame was longer than the receive buffer's slot.",
    action: "Check the interface's MTU; a raised MTU is followed within a second.",
  },
  "transmit-error": {
    meaning: "The kernel refused to send the frame for an unusual reason.",
    action: "See the kernel's log (`dmesg`).",
  },
  "transmit-full": {
    meaning: "The interface's transmit queue was full.",
    action: "The line is faster than the interface: raise its `txqueuelen`, or limit the rate.",
  },
  "vlan-tagged": {
    meaning: "The frame has a VLAN tag and belongs to another interface.",
    action: "Nothing, or run the daemon on the VLAN's own interface.",
  },
};
