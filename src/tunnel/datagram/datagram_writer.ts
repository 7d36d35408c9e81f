import type { DatagramPort } from "../transport/connection.ts";
import {
  type DatagramDrop,
  encodeProbe,
  FRAGMENT_HEADER,
  MAX_FRAGMENT,
  PROBE_BYTES,
  writeFragment,
} from "./datagram.ts";
import { DatagramWindow } from "./datagram_window.ts";
import type { FrameWriter } from "../record/frame_writer.ts";
import { MAX_RECORD_BODY, RECORD_HEADER } from "../record/record.ts";
import type { QueueDrop } from "../record/record_queue.ts";
import { type RecordOutlet, RecordWriter } from "../record/record_writer.ts";

/** Bytes sent before the window is checked again. */
const PORTION = 16 * 1024;
/** Time without an answer after which data in flight counts as lost, in milliseconds. */
const ANSWER_TIME = 1_000;
/** Maximum pongs waiting for room in QUIC's own queue; further ones are dropped. */
const MAX_PONGS = 16;

/** Options of a writer. */
export interface DatagramWriterOptions {
  /** Sends everything that is not sent as a datagram. */
  stream: FrameWriter;
  port: DatagramPort;
  dropped: (reason: DatagramDrop | QueueDrop) => void;
  /** Milliseconds of a monotonic clock. */
  now: () => number;
}

/**
 * Sends session frames as datagrams, and everything else on the stream.
 *
 * After a discovery record of a handle, its frames stay on the stream behind that record until the
 * peer has sent data of the handle: so an LCP packet of the AC cannot overtake its PADS. Frames
 * that need more than two datagrams stay on the stream too.
 */
export class DatagramWriter implements FrameWriter {
  #options: DatagramWriterOptions;
  #stream: FrameWriter;
  /** Queues the frames for datagrams, as records. */
  #records: RecordWriter;
  #window = new DatagramWindow();
  #answer = Promise.withResolvers<void>();
  /** By handle: whether the peer has sent data of it. */
  #shown = new Uint8Array(0x10000);
  #frame = 0;
  #fragment = new DataView(new ArrayBuffer(MAX_FRAGMENT));
  #maxSize: number;
  #pongs = 0;

  constructor(options: DatagramWriterOptions) {
    this.#options = options;
    this.#stream = options.stream;
    this.#maxSize = options.port.maxSize;
    const { dropped, now } = options;
    this.#records = new RecordWriter({
      outlet: this.#outlet(),
      failed: () => {}, // the connection has ended, which its stream reports
      dropped,
      now,
    });
  }

  get queuedBytes(): number {
    return this.#stream.queuedBytes + this.#records.queuedBytes;
  }

  get queueAge(): number {
    return Math.max(this.#stream.queueAge, this.#records.queueAge);
  }

  get lastSent(): number {
    return Math.max(this.#stream.lastSent, this.#records.lastSent);
  }

  get isFull(): boolean {
    return this.#stream.isFull || this.#records.isFull;
  }

  beginBatch(): void {
    this.#records.beginBatch();
    this.#stream.beginBatch();
  }

  session(handle: number, source: Uint8Array, offset: number, length: number): boolean {
    if (this.#shown[handle] === 0 || length > 2 * (this.#maxSize - FRAGMENT_HEADER)) {
      return this.#stream.session(handle, source, offset, length);
    }
    return this.#records.session(handle, source, offset, length);
  }

  discovery(handle: number, frame: Uint8Array): boolean {
    this.#shown[handle] = 0;
    return this.#stream.discovery(handle, frame);
  }

  control(type: number, body: Uint8Array): boolean {
    return this.#stream.control(type, body);
  }

  /** Records that the peer has sent data of this handle, so it knows the session. */
  shown(handle: number): void {
    this.#shown[handle] = 1;
  }

  /** Answers a ping that arrived in a datagram. */
  pinged(number: number): void {
    if (this.#pongs === MAX_PONGS) return;
    this.#pongs++;
    const done = () => void this.#pongs--;
    this.#options.port.send(encodeProbe("pong", number)).then(done, done); // may be lost
  }

  /** Handles a pong that arrived in a datagram; false if it answers no ping. */
  ponged(number: number): boolean {
    if (!this.#window.answered(number, this.#options.now())) return false;
    this.#answer.resolve();
    return true;
  }

  flush(): void {
    this.#stream.flush();
    this.#records.flush();
  }

  async drained(): Promise<void> {
    await this.#records.drained();
    await this.#stream.drained();
  }

  #outlet(): RecordOutlet {
    return {
      portion: PORTION,
      shortPortion: PORTION,
      room: () => this.#window.open ? undefined : this.#answered(),
      send: async (records) => {
        this.#maxSize = this.#options.port.maxSize;
        await this.#sendPortion(records);
        return records.length;
      },
    };
  }

  /** Sends each record as one datagram, or as two fragments. */
  async #sendPortion(records: Uint8Array): Promise<void> {
    const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
    for (let at = 0; at < records.length;) {
      const header = view.getUint32(at);
      const end = at + RECORD_HEADER + (header >>> 16 & MAX_RECORD_BODY);
      if (end - at <= this.#maxSize) await this.#send(records.subarray(at, end));
      else await this.#sendHalves(header & 0xffff, records.subarray(at + RECORD_HEADER, end));
      at = end;
    }
  }

  async #sendHalves(handle: number, payload: Uint8Array): Promise<void> {
    const middle = payload.length + 1 >> 1;
    this.#frame = this.#frame + 1 & 0xffff;
    for (const part of [[0, middle], [middle, payload.length]] as const) {
      const length = writeFragment(this.#fragment, handle, this.#frame, payload, part);
      await this.#send(new Uint8Array(this.#fragment.buffer, 0, length));
    }
  }

  async #send(datagram: Uint8Array): Promise<void> {
    const { port, dropped, now } = this.#options;
    try {
      await port.send(datagram);
    } catch (error) {
      if (datagram.length <= port.maxSize) throw error;
      this.#maxSize = port.maxSize;
      return dropped("datagram-too-long");
    }
    if (!this.#window.sent(datagram.length)) return;
    const number = this.#window.probe(now());
    if (PROBE_BYTES <= port.maxSize) await port.send(encodeProbe("ping", number));
  }

  /** Waits until the window is open again. */
  async #answered(): Promise<void> {
    while (!this.#window.open) {
      this.#answer = Promise.withResolvers();
      const timer = setTimeout(() => {
        this.#window.restart();
        this.#answer.resolve();
      }, ANSWER_TIME);
      await this.#answer.promise;
      clearTimeout(timer);
    }
  }
}
