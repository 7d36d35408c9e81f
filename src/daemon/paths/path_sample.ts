import { FRAMES_FROM_WIRE, FRAMES_TO_WIRE } from "../../proxy/session/session_table.ts";
import type { Tunnel } from "../../tunnel/tunnel.ts";

/** What TCP has sent and the peer has not acknowledged. */
export interface InFlight {
  readonly segments: number;
  readonly bytes: number;
  /** Maximum payload of a packet, in bytes. */
  readonly segment: number;
  /** How often in a row nothing was acknowledged until a timeout. */
  readonly backoff: number;
  /** Bytes that have arrived from the peer since the connection began. */
  readonly received: number;
}

/** A tunnel's path at one moment, of the direction to the peer where nothing else is said. */
export interface PathSample {
  /** Packets with data since the connection began; undefined if nothing counts them. */
  readonly packets: { readonly sent: number; readonly lost: number } | undefined;
  /** Grows when the peer has confirmed something; undefined if nothing counts that. */
  readonly confirmed: number | undefined;
  /** Undefined over QUIC, which adapts its packets to the path. */
  readonly inFlight: InFlight | undefined;
  /** Bytes that wait here, and how long the oldest has waited, in milliseconds. */
  readonly queued: number;
  readonly queueAge: number;
  /** Records for the peer that were dropped here since its tunnel began. */
  readonly dropped: number;
  /** Session frames for the peer and from it, per second. */
  readonly offered: number;
  readonly received: number;
  /** Latest round trip of a ping, in milliseconds. */
  readonly roundTrip: number | undefined;
}

type Sampled = Pick<Tunnel, "tcp" | "roundTrip"> & {
  readonly writer: Pick<Tunnel["writer"], "packets" | "queuedBytes" | "queueAge" | "dropped">;
};

/** Reads what is known of a tunnel's path; `rates` are its sessions' counters, per second. */
export function samplePath(
  { tcp, roundTrip, writer }: Sampled,
  rates: readonly number[],
): PathSample {
  const common = {
    queued: writer.queuedBytes,
    queueAge: writer.queueAge,
    dropped: writer.dropped,
    offered: rates[FRAMES_FROM_WIRE],
    received: rates[FRAMES_TO_WIRE],
    roundTrip,
  };
  if (tcp === undefined) {
    const { packets } = writer;
    return { ...common, packets, confirmed: packets?.sent, inFlight: undefined };
  }
  const { segmentsSent: sent, retransmitted, duplicates, acknowledged, segment } = tcp;
  const { inFlight: segments, bytesInFlight: bytes, backoff, received } = tcp;
  return {
    ...common,
    packets: { sent, lost: Math.max(0, retransmitted - duplicates) },
    confirmed: acknowledged,
    inFlight: { segments, bytes, segment, backoff, received },
  };
}
