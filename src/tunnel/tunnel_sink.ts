import type { DatagramDrop } from "./datagram.ts";
import type { Violation } from "./record.ts";
import type { QueueDrop } from "./record_queue.ts";
import type { RecordSink } from "./record_reader.ts";

/** Why something was given up; "pong-unexpected": a pong that answers no ping of ours. */
export type TunnelDrop = QueueDrop | DatagramDrop | "pong-unexpected";

/**
 * What a tunnel delivers; offsets are into the tunnel's buffer and valid until `batchEnd` returns.
 */
export interface TunnelSink extends Omit<RecordSink, "control"> {
  /** A control record that is not the tunnel's own affair; returns a violation to end the tunnel. */
  control(type: number, body: Uint8Array): Violation | undefined;
  /** A record that waited to be sent, or something that the peer sent, was given up. */
  dropped(reason: TunnelDrop): void;
  /** A ping was answered after so many milliseconds. */
  roundTrip?(milliseconds: number): void;
}
