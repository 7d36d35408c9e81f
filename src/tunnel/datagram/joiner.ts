import type { DatagramDrop } from "./datagram.ts";
import {
  covered,
  firstRecord,
  isPacket,
  NO_RECORD,
  PACKET_HEADER,
  packetNumber,
  restore,
} from "./packet.ts";
import { MAX_RECORD_BODY, RECORD_HEADER } from "../record/record.ts";

/** Number of packets kept, for records that continue in others and for parities. */
export const KEPT = 64;
/** How long a packet is kept, in milliseconds: more than a path's reordering. */
export const PACKET_AGE = 500;
/** Maximum number of packets of one record: the longest one in packets of a QUIC minimum path. */
const MAX_CHAIN = 16;

/** A packet that was received. */
interface Kept {
  bytes: Uint8Array;
  view: DataView;
  number: number;
  since: number;
  /** Offset of the record that continues in the next packet; 0 if none does. */
  tail: number;
  /** Whether the parts at its begin and end belong to records that are still incomplete. */
  waitsBefore: boolean;
  waitsAfter: boolean;
}

/** Receives what a joiner finds. */
export interface JoinerSink {
  /** Whole records `bytes[from, to)`, one after the other. */
  records(bytes: Uint8Array, view: DataView, from: number, to: number): void;
  /** A record that has been put together from this number of packets: its header and payload. */
  joined(header: number, payload: Uint8Array, packets: number): void;
  dropped(reason: DatagramDrop): void;
}

/**
 * Puts the records together that packets carry, in any order. Whole records are delivered
 * immediately, others when their last part arrives.
 */
export class Joiner {
  /** Number of packets received, without restored ones. */
  received = 0;
  #kept: (Kept | undefined)[] = new Array(KEPT).fill(undefined);
  #joined = new Uint8Array(MAX_RECORD_BODY + RECORD_HEADER);
  #joinedView = new DataView(this.#joined.buffer);
  #sink: JoinerSink;
  #now: () => number;

  constructor(sink: JoinerSink, now: () => number) {
    this.#sink = sink;
    this.#now = now;
  }

  /** Takes ownership of a packet; returns false if it was already there. */
  take(bytes: Uint8Array, view: DataView): boolean {
    this.received++;
    return this.#take(bytes, view);
  }

  /** Restores the lost packet that a parity covers, if it is the only one. */
  parity(view: DataView): void {
    const { number, count } = covered(view);
    const others: Uint8Array[] = [];
    for (let i = 0; i < count; i++) {
      const other = this.#find(number + i & 0xffff);
      if (other !== undefined) others.push(other.bytes);
    }
    if (others.length !== count - 1) return;
    const bytes = restore(view, others);
    if (bytes === undefined) return this.#sink.dropped("datagram-malformed");
    const restored = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isOneOfThem = isPacket(restored) && (packetNumber(restored) - number & 0xffff) < count;
    if (isOneOfThem) this.#take(bytes, restored);
    else this.#sink.dropped("datagram-malformed");
  }

  #take(bytes: Uint8Array, view: DataView): boolean {
    const number = packetNumber(view);
    if (this.#find(number) !== undefined) return false;
    const first = firstRecord(view);
    const from = first === NO_RECORD ? bytes.length : PACKET_HEADER + first;
    const end = endOfRecords(view, from);
    const tail = end < bytes.length ? end : 0;
    this.#keep({
      bytes,
      view,
      number,
      since: this.#now(),
      tail,
      waitsBefore: first > 0,
      waitsAfter: tail > 0,
    });
    if (first > 0) this.#joinFrom(this.#begin(number));
    if (end > from) this.#sink.records(bytes, view, from, end);
    if (tail > 0) this.#joinFrom(number);
    return true;
  }

  #keep(packet: Kept): void {
    const former = this.#kept[packet.number % KEPT];
    this.#kept[packet.number % KEPT] = packet;
    if (former?.waitsAfter || former?.waitsBefore) this.#sink.dropped("fragment-lost");
  }

  /** The packet of this number, if it is there and not too old. */
  #find(number: number): Kept | undefined {
    const kept = this.#kept[number % KEPT];
    if (kept === undefined || kept.number !== number) return undefined;
    return this.#now() - kept.since <= PACKET_AGE ? kept : undefined;
  }

  /** Number of the packet in which the record begins that continues in this one; -1 if missing. */
  #begin(number: number): number {
    for (let back = 1; back < MAX_CHAIN; back++) {
      const earlier = this.#find(number - back & 0xffff);
      if (earlier === undefined) return -1;
      if (earlier.tail > 0) return earlier.number;
      if (firstRecord(earlier.view) !== NO_RECORD) return -1;
    }
    return -1;
  }

  /** Delivers the record that begins at the end of this packet, if all of it is there. */
  #joinFrom(number: number): void {
    const begin = number < 0 ? undefined : this.#find(number);
    if (begin === undefined || !begin.waitsAfter) return;
    const header = begin.view.getUint32(begin.tail);
    const size = RECORD_HEADER + (header >>> 16 & MAX_RECORD_BODY);
    let have = begin.bytes.length - begin.tail;
    let parts = 1;
    for (; have < size && parts < MAX_CHAIN; parts++) {
      const next = this.#find(number + parts & 0xffff);
      if (next === undefined) return;
      have += partBefore(next);
      if (have < size && firstRecord(next.view) !== NO_RECORD) break;
    }
    begin.waitsAfter = false;
    if (have !== size) return this.#sink.dropped("fragment-mismatch");
    this.#joined.set(begin.bytes.subarray(begin.tail));
    let at = begin.bytes.length - begin.tail;
    for (let i = 1; i < parts; i++) {
      const part = this.#find(number + i & 0xffff);
      if (part === undefined) return;
      part.waitsBefore = false;
      const length = partBefore(part);
      this.#joined.set(part.bytes.subarray(PACKET_HEADER, PACKET_HEADER + length), at);
      at += length;
    }
    this.#sink.joined(
      this.#joinedView.getUint32(0),
      this.#joined.subarray(RECORD_HEADER, size),
      parts,
    );
  }
}

/** Bytes of a packet that continue a record of the one before. */
function partBefore({ bytes, view }: Kept): number {
  const first = firstRecord(view);
  return first === NO_RECORD ? bytes.length - PACKET_HEADER : first;
}

/** Offset after the last whole record from `at` on. */
function endOfRecords(view: DataView, at: number): number {
  while (at + RECORD_HEADER <= view.byteLength) {
    const next = at + RECORD_HEADER + (view.getUint32(at) >>> 16 & MAX_RECORD_BODY);
    if (next > view.byteLength) break;
    at = next;
  }
  return at;
}
