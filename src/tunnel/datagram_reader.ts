import { type DatagramDrop, isWellFormed, KIND_HALF } from "./datagram.ts";
import { DatagramAllowance } from "./datagram_allowance.ts";
import { HalfJoiner } from "./half_joiner.ts";
import {
  ControlType,
  KIND_SESSION,
  MAX_RECORD_BODY,
  RECORD_HEADER,
  type Violation,
} from "./record.ts";
import type { RecordBuffer, RecordSink } from "./record_reader.ts";
import { TokenBucket } from "./token_bucket.ts";

/** Pings that are answered: so many a second and at once, and one for so many bytes of datagrams. */
const PING_RATE = 64;
const PING_BURST = 64;
const PING_EVERY = 8 * 1024; // half of what a sender leaves between two: the rest may be lost

/** What a reader tells. Offsets are into its buffer and valid until `batchEnd` returns. */
export interface DatagramSink extends Pick<RecordSink, "session" | "batchEnd"> {
  ping(number: number): void;
  /** False where the number was not awaited. */
  pong(number: number): boolean;
  dropped(reason: DatagramDrop): void;
}

/** Finds the session frames in datagrams and puts them into the part of a buffer from `start`. */
export class DatagramReader {
  #buffer: RecordBuffer;
  #start: number;
  #at: number;
  #sink: DatagramSink;
  #joiner: HalfJoiner;
  #pings: TokenBucket;
  #allowance: DatagramAllowance;
  #now: () => number;
  #scheduled = false;

  constructor(buffer: RecordBuffer, start: number, sink: DatagramSink, now: () => number) {
    if (buffer.bytes.length - start < MAX_RECORD_BODY) {
      throw new RangeError(
        `Cannot read datagrams into ${
          buffer.bytes.length - start
        } bytes: ${MAX_RECORD_BODY} are needed`,
      );
    }
    this.#buffer = buffer;
    this.#start = start;
    this.#at = start;
    this.#sink = sink;
    this.#joiner = new HalfJoiner((reason) => this.#drop(reason), now);
    this.#pings = new TokenBucket(PING_RATE, PING_BURST, now());
    this.#allowance = new DatagramAllowance(now);
    this.#now = now;
  }

  /**
   * Takes a datagram, which it may keep. The batch ends by itself when no more have come. Returns a
   * violation to end the tunnel.
   */
  received(datagram: Uint8Array): Violation | undefined {
    this.#pings.add(datagram.length / PING_EVERY);
    this.#take(datagram);
    return this.#allowance.isSpent ? "datagram-rate" : undefined;
  }

  #take(datagram: Uint8Array): void {
    const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
    if (!isWellFormed(datagram, view)) {
      this.#allowance.malformed();
      return this.#sink.dropped("datagram-malformed");
    }
    const header = view.getUint32(0);
    const [kind, length, handle] = [header >>> 30, header >>> 16 & 0x3fff, header & 0xffff];
    if (kind === KIND_SESSION || kind === KIND_HALF) {
      if (this.#at + length > this.#buffer.bytes.length) this.batchEnd();
      if (kind === KIND_SESSION) {
        this.#buffer.bytes.set(datagram.subarray(RECORD_HEADER), this.#at);
      } else {
        const target = this.#buffer.bytes.subarray(this.#at, this.#at + length);
        if (!this.#joiner.take(datagram, view, target)) return;
      }
      this.#deliver(handle, length);
    } else if (handle === ControlType.ping) {
      if (!this.#pings.take(this.#now())) return this.#drop("ping-rate");
      this.#sink.ping(view.getUint32(RECORD_HEADER));
    } else if (this.#sink.pong(view.getUint32(RECORD_HEADER))) {
      this.#allowance.useful();
    } else {
      this.#drop("datagram-malformed");
    }
  }

  #deliver(handle: number, length: number): void {
    if (this.#sink.session(handle, this.#at, length) === false) this.#allowance.useless();
    else this.#allowance.useful();
    // The next frame begins at a multiple of four.
    this.#at = this.#at + length + 3 & ~3;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.batchEnd());
  }

  #drop(reason: DatagramDrop): void {
    this.#allowance.useless();
    this.#sink.dropped(reason);
  }

  /** Ends the batch: what was delivered may be overwritten. */
  batchEnd(): void {
    if (!this.#scheduled) return;
    this.#scheduled = false;
    this.#at = this.#start;
    this.#sink.batchEnd();
  }
}
