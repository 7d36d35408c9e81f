import type { DatagramPort } from "../transport/connection.ts";
import { type DatagramDrop, encodePong } from "./datagram.ts";
import { DatagramOutlet } from "./datagram_outlet.ts";
import type { FrameWriter, PacketCounts } from "../record/frame_writer.ts";
import { StreamOrder } from "./stream_order.ts";
import type { QueueDrop } from "../record/record_queue.ts";
import { ControlType } from "../record/record.ts";
import { RecordWriter } from "../record/record_writer.ts";

/** Maximum pongs waiting for room in QUIC's own queue; further ones are dropped. */
const MAX_PONGS = 16;

/** Options of a writer. */
export interface DatagramWriterOptions {
  /** Sends everything that is not sent as a datagram. */
  stream: FrameWriter;
  port: DatagramPort;
  dropped: (reason: DatagramDrop | QueueDrop) => void;
  /** Called when datagrams can no longer be sent, although the connection is up. */
  failed: (cause: Error) => void;
  /** Milliseconds of a monotonic clock. */
  now: () => number;
}

/**
 * Sends session data as datagrams, and everything else on the stream: discovery, PPP control, data
 * that would overtake them ({@linkcode StreamOrder}), and frames that datagrams do not carry.
 */
export class DatagramWriter implements FrameWriter {
  #options: DatagramWriterOptions;
  #stream: FrameWriter;
  /** Queues the frames for datagrams, as records. */
  #records: RecordWriter;
  #outlet: DatagramOutlet;
  #order = new StreamOrder();
  #pongs = 0;

  constructor(options: DatagramWriterOptions) {
    this.#options = options;
    this.#stream = options.stream;
    const { dropped, now } = options;
    this.#outlet = new DatagramOutlet(options);
    this.#records = new RecordWriter({
      outlet: this.#outlet,
      failed: () => {}, // the connection has ended, which its stream reports
      dropped,
      now,
    });
  }

  get queuedBytes(): number {
    return this.#stream.queuedBytes + this.#records.queuedBytes;
  }

  /** What the peer's answers say of the packets; undefined if it counts none. */
  get packets(): PacketCounts | undefined {
    return this.#outlet.packets;
  }

  get queueAge(): number {
    return Math.max(this.#stream.queueAge, this.#records.queueAge);
  }

  get dropped(): number {
    return this.#stream.dropped + this.#records.dropped;
  }

  get lastSent(): number {
    return Math.max(this.#stream.lastSent, this.#records.lastSent);
  }

  get isFull(): boolean {
    return this.#stream.isFull || this.#records.isFull;
  }

  get isSending(): boolean {
    return this.#stream.isSending || this.#records.isSending;
  }

  get isDiscoveryFull(): boolean {
    return this.#stream.isDiscoveryFull;
  }

  beginBatch(): void {
    const { now, failed } = this.#options;
    if (this.#outlet.isStuck(now())) failed(new Error("QUIC has stopped taking datagrams"));
    this.#records.beginBatch();
    this.#stream.beginBatch();
  }

  session(handle: number, source: Uint8Array, offset: number, length: number): boolean {
    if (this.#order.takes(handle, source, offset, length) || length > this.#outlet.maxPayload) {
      return this.#stream.session(handle, source, offset, length);
    }
    return this.#records.session(handle, source, offset, length);
  }

  discovery(handle: number, frame: Uint8Array): boolean {
    this.#order.opened(handle);
    return this.#stream.discovery(handle, frame);
  }

  control(type: number, body: Uint8Array): boolean {
    return this.#stream.control(type, body);
  }

  /** Records that the peer has sent data of this handle, so it knows the session. */
  shown(handle: number): void {
    this.#order.shown(handle);
  }

  /** Answers a ping that arrived in a datagram after this number of packets, if any. */
  pinged(number: number, packets: number | undefined): void {
    if (this.#pongs === MAX_PONGS) return;
    this.#pongs++;
    const done = () => void this.#pongs--;
    this.#options.port.send(encodePong(number, packets)).then(done, done); // may be lost
  }

  /** Handles a pong that arrived in a datagram; false if it answers no ping. */
  ponged(number: number, packets: number | undefined): boolean {
    return this.#outlet.ponged(number, packets);
  }

  /** Handles a pong that arrived on the stream; false if it answers no mark. */
  confirmed(body: Uint8Array): boolean {
    return this.#order.confirmed(body);
  }

  flush(): void {
    const mark = this.#order.mark(this.#options.now());
    if (mark !== undefined) this.#stream.control(ControlType.ping, mark);
    this.#stream.flush();
    this.#records.flush();
  }

  async drained(): Promise<void> {
    await this.#records.drained();
    await this.#stream.drained();
  }
}
