import { type DatagramDrop, isWellFormed, KIND_FRAGMENT, packetsIn } from "./datagram.ts";
import { Joiner } from "./joiner.ts";
import { isPacket, isParity, KIND_PACKET } from "./packet.ts";
import { Reassembly } from "./reassembly.ts";
import type { PeerAllowance } from "../peer_allowance.ts";
import {
  ControlType,
  KIND_SESSION,
  MAX_RECORD_BODY,
  RECORD_HEADER,
  type Violation,
} from "../record/record.ts";
import type { RecordBuffer, RecordSink } from "../record/record_reader.ts";

/** Bytes of datagrams that allow one more ping. */
const PING_EVERY = 8 * 1024; // half a sender's interval, because data may be lost

/** Receives a reader's frames. Offsets are into its buffer and valid until `batchEnd` returns. */
export interface DatagramSink extends Pick<RecordSink, "session" | "batchEnd"> {
  /** `packets` is the number of packets received before, undefined if there were none. */
  ping(number: number, packets: number | undefined): void;
  /** Returns false if the number was not expected. `packets` is what the peer has received. */
  pong(number: number, packets: number | undefined): boolean;
  dropped(reason: DatagramDrop): void;
}

/** Extracts the session frames from datagrams into a buffer, from offset `start` on. */
export class DatagramReader {
  #buffer: RecordBuffer;
  #start: number;
  #at: number;
  #sink: DatagramSink;
  #reassembly: Reassembly;
  #joiner: Joiner;
  #allowance: PeerAllowance;
  /** Whether the peer has exceeded its limit of useless datagrams. */
  #isOverdrawn = false;
  /** Whether a record has proved that the packet at hand is useful. */
  #isProven = false;
  #now: () => number;
  #scheduled = false;

  /** The reader uses `buffer` from `start` on. */
  constructor(
    buffer: RecordBuffer,
    start: number,
    sink: DatagramSink,
    { now, allowance }: { now: () => number; allowance: PeerAllowance },
  ) {
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
    this.#reassembly = new Reassembly((reason) => this.#drop(reason), now);
    this.#joiner = new Joiner({
      records: (bytes, view, from, to) => this.#records(bytes, view, from, to),
      joined: (header, payload, packets) => this.#joined(header, payload, packets),
      dropped: (reason) => sink.dropped(reason),
    }, now);
    this.#allowance = allowance;
    this.#now = now;
  }

  /** Whether frames have been delivered since the last end of a batch. */
  get hasBatch(): boolean {
    return this.#scheduled;
  }

  /**
   * Processes a datagram and takes ownership of it. The batch ends by itself when no more arrive.
   * Returns a violation that must end the tunnel.
   */
  received(datagram: Uint8Array): Violation | undefined {
    this.#allowance.datagramPings.add(datagram.length / PING_EVERY);
    this.#take(datagram);
    return this.#isOverdrawn ? "datagram-rate" : undefined;
  }

  #take(datagram: Uint8Array): void {
    const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
    if (datagram.length > 0 && datagram[0] >>> 6 === KIND_PACKET && isPacket(view)) {
      return this.#packet(datagram, view);
    }
    if (isParity(view)) {
      this.#useless(); // those of the packets that it covers are useful
      this.#isProven = true;
      return this.#joiner.parity(view);
    }
    if (!isWellFormed(datagram, view)) {
      if (!this.#allowance.datagrams.malformed()) this.#isOverdrawn = true;
      return this.#sink.dropped("datagram-malformed");
    }
    const header = view.getUint32(0);
    const [kind, length, handle] = [header >>> 30, header >>> 16 & 0x3fff, header & 0xffff];
    if (kind === KIND_SESSION || kind === KIND_FRAGMENT) {
      if (this.#at + length > this.#buffer.bytes.length) this.batchEnd();
      if (kind === KIND_SESSION) {
        this.#buffer.bytes.set(datagram.subarray(RECORD_HEADER), this.#at);
      } else {
        const target = this.#buffer.bytes.subarray(this.#at, this.#at + length);
        if (!this.#reassembly.take(datagram, view, target)) return;
      }
      this.#deliver(handle, length);
    } else if (handle === ControlType.ping) {
      if (!this.#allowance.datagramPings.take(this.#now())) return this.#drop("ping-rate");
      this.#sink.ping(view.getUint32(RECORD_HEADER), this.#joiner.received || undefined);
    } else if (this.#sink.pong(view.getUint32(RECORD_HEADER), packetsIn(view))) {
      this.#allowance.datagrams.useful();
    } else {
      this.#drop("datagram-malformed");
    }
  }

  #packet(datagram: Uint8Array, view: DataView): void {
    this.#isProven = false;
    if (!this.#joiner.take(datagram, view)) this.#sink.dropped("packet-duplicate");
    if (!this.#isProven) this.#useless();
  }

  /** Counts this number of packets as useful, of which the one at hand has not been doubted yet. */
  #proven(packets: number): void {
    const doubted = this.#isProven ? packets : packets - 1;
    this.#isProven ||= packets > 0;
    for (let i = 0; i < doubted; i++) this.#allowance.datagrams.useful();
  }

  /** Delivers the whole records of a packet. */
  #records(bytes: Uint8Array, view: DataView, from: number, to: number): void {
    if (this.#at + to - from > this.#buffer.bytes.length) this.batchEnd();
    this.#buffer.bytes.set(bytes.subarray(from, to), this.#at);
    const shift = this.#at - from;
    this.#proven(1);
    for (let at = from; at < to;) {
      const header = view.getUint32(at);
      const length = header >>> 16;
      this.#frame(header & 0xffff, at + RECORD_HEADER + shift, length);
      at += RECORD_HEADER + length;
    }
    this.#advance(to - from);
  }

  #joined(header: number, payload: Uint8Array, packets: number): void {
    if (this.#at + payload.length > this.#buffer.bytes.length) this.batchEnd();
    this.#buffer.bytes.set(payload, this.#at);
    this.#proven(packets - 1);
    this.#deliver(header & 0xffff, payload.length);
  }

  #deliver(handle: number, length: number): void {
    this.#frame(handle, this.#at, length);
    this.#advance(length);
  }

  #frame(handle: number, at: number, length: number): void {
    if (this.#sink.session(handle, at, length) === false) this.#useless();
    else this.#allowance.datagrams.useful();
  }

  /** The next frame begins at a multiple of four after these bytes. */
  #advance(length: number): void {
    this.#at = this.#at + length + 3 & ~3;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.batchEnd());
  }

  #drop(reason: DatagramDrop): void {
    this.#useless();
    this.#sink.dropped(reason);
  }

  #useless(): void {
    if (!this.#allowance.datagrams.useless()) this.#isOverdrawn = true;
  }

  /** Ends the batch: delivered frames may be overwritten. */
  batchEnd(): void {
    if (!this.#scheduled) return;
    this.#scheduled = false;
    this.#at = this.#start;
    this.#sink.batchEnd();
  }
}
