import type { DatagramDrop } from "./datagram/datagram.ts";
import type { Violation } from "./record/record.ts";
import type { QueueDrop } from "./record/record_queue.ts";
import type { RecordSink } from "./record/record_reader.ts";

/** Why something was dropped; "pong-unexpected": a pong that answers none of our pings. */
export type TunnelDrop = QueueDrop | DatagramDrop | "pong-unexpected";

/**
 * Receives a tunnel's records. Offsets are into the tunnel's buffer, valid until `batchEnd`
 * returns.
 */
export interface TunnelSink extends Omit<RecordSink, "control"> {
  /**
   * A control record that the tunnel does not handle; returns a violation that must end the tunnel.
   */
  control(type: number, body: Uint8Array): Violation | undefined;
  /** A record waiting to be sent, or something that the peer sent, was dropped. */
  dropped(reason: TunnelDrop): void;
  /** A ping was answered, with this round trip. */
  roundTrip?(milliseconds: number): void;
}
