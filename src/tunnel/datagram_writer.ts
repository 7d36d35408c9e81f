import type { DatagramPort } from "./connection.ts";
import {
  type DatagramDrop,
  encodeProbe,
  HALF_HEADER,
  MAX_HALF,
  PROBE_BYTES,
  writeHalf,
} from "./datagram.ts";
import { DatagramWindow } from "./datagram_window.ts";
import type { FrameWriter } from "./frame_writer.ts";
import { KIND_SESSION, MAX_RECORD_BODY, RECORD_HEADER } from "./record.ts";
import { DATA_LIMIT, MAX_AGE, type QueueDrop, RecordQueue } from "./record_queue.ts";

/** Bytes that are sent before the window is looked at again. */
const PORTION = 16 * 1024;
/** The path is behind when for so long something was always older than MAX_AGE; so it ends, too. Milliseconds. */
const PATIENCE = 50;
/** The path goes on when the last portion left so long ago. Milliseconds. */
const PROGRESS = 5;
/** Milliseconds without an answer after which what is under way counts as lost. */
const ANSWER_TIME = 1_000;

/** What a writer is made of. */
export interface DatagramWriterOptions {
  /** Takes what does not go as a datagram. */
  stream: FrameWriter;
  port: DatagramPort;
  dropped: (reason: DatagramDrop | QueueDrop) => void;
  /** Milliseconds of a steady clock. */
  now: () => number;
}

/**
 * Sends session frames as datagrams, and the rest on the stream.
 *
 * What follows a discovery record of a handle stays behind it on the stream until the peer has
 * sent data of that handle: so no LCP of the AC overtakes its PADS. Frames of more than two
 * datagrams stay on the stream too. A queue that stays behind is bounded in age, and its sessions
 * take turns, as in record_writer.ts.
 */
export class DatagramWriter implements FrameWriter {
  #options: DatagramWriterOptions;
  #stream: FrameWriter;
  #queue: RecordQueue;
  #window = new DatagramWindow();
  #answer = Promise.withResolvers<void>();
  /** By handle: whether the peer has sent data of it. */
  #shown = new Uint8Array(0x10000);
  #frame = 0;
  #half = new DataView(new ArrayBuffer(MAX_HALF));
  #maxSize: number;
  #running: Promise<void> | undefined;
  #failed = false;
  #behind = false;
  /** When the queue last looked as `#behind` says. */
  #settled = 0;
  /** When a portion last left. */
  #progress = 0;
  /** The time of the records that are being added. */
  #now = 0;

  constructor(options: DatagramWriterOptions) {
    this.#options = options;
    this.#stream = options.stream;
    this.#queue = new RecordQueue(options.dropped);
    this.#maxSize = options.port.maxSize;
  }

  get isFull(): boolean {
    if (this.#stream.isFull) return true;
    if (this.#behind || this.#queue.waiting < DATA_LIMIT / 2) return false;
    return this.#options.now() - this.#progress < PROGRESS;
  }

  beginBatch(): void {
    this.#now = this.#options.now();
    this.#stream.beginBatch();
  }

  session(handle: number, source: Uint8Array, offset: number, length: number): boolean {
    if (this.#shown[handle] === 0 || length > 2 * (this.#maxSize - HALF_HEADER)) {
      return this.#stream.session(handle, source, offset, length);
    }
    if (this.#failed) return false;
    return this.#queue.add(KIND_SESSION, handle, source, offset, length, this.#now);
  }

  discovery(handle: number, frame: Uint8Array): boolean {
    this.#shown[handle] = 0;
    return this.#stream.discovery(handle, frame);
  }

  control(type: number, body: Uint8Array): boolean {
    return this.#stream.control(type, body);
  }

  /** The peer has sent data of this handle: it knows the session. */
  shown(handle: number): void {
    this.#shown[handle] = 1;
  }

  /** A ping has come in a datagram: answers it. */
  pinged(number: number): void {
    this.#options.port.send(encodeProbe("pong", number)).catch(() => {}); // as good as lost
  }

  /** A pong has come in a datagram; false where it answers nothing. */
  ponged(number: number): boolean {
    if (!this.#window.answered(number, this.#options.now())) return false;
    this.#answer.resolve();
    return true;
  }

  flush(): void {
    this.#stream.flush();
    if (this.#running !== undefined || this.#queue.waiting === 0 || this.#failed) return;
    this.#settled = this.#options.now();
    this.#behind = false;
    this.#running = this.#sendAll().catch(() => {
      this.#failed = true; // the connection has ended, of which its stream tells
      this.#queue.clear();
    }).finally(() => this.#running = undefined);
  }

  async drained(): Promise<void> {
    this.flush();
    while (this.#running !== undefined) {
      await this.#running;
      this.flush();
    }
    await this.#stream.drained();
  }

  async #sendAll(): Promise<void> {
    for (let left = this.#queue.waiting; this.#queue.waiting > 0;) {
      this.#maxSize = this.#options.port.maxSize;
      if (!this.#window.open) await this.#answered();
      const portion = this.#next();
      await this.#sendPortion(portion);
      this.#queue.sent();
      this.#progress = this.#options.now();
      left -= portion.length;
      if (left > 0 || this.#queue.waiting === 0) continue;
      // Datagrams are taken without yielding as long as there is room; reads must not starve.
      await new Promise<void>((resolve) => setImmediate(resolve));
      left = this.#queue.waiting;
    }
  }

  /** What is to be sent next: whole records. */
  #next(): Uint8Array {
    const now = this.#options.now();
    if (this.#queue.hasOlder(now - MAX_AGE) === this.#behind) this.#settled = now;
    if (now - this.#settled > PATIENCE) this.#behind = !this.#behind;
    if (!this.#behind) return this.#queue.take(PORTION);
    this.#queue.expire(now - MAX_AGE);
    return this.#queue.takeFairly(PORTION);
  }

  /** A record is a datagram as it is, or two halves. */
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
      const length = writeHalf(this.#half, handle, this.#frame, payload, part);
      await this.#send(new Uint8Array(this.#half.buffer, 0, length));
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
