/**
 * Packets: datagrams that carry a piece of a row of session records (docs/protocol.md, "Packets").
 * Records follow each other without gaps, so many small frames share a packet, and a long one
 * continues in the next.
 *
 *     packet   | 1 |     first     |    number    | rest of a record ... | record | record ...
 *     parity   | 2 |     count     |      10      | number | length | exclusive or of packets ...
 *
 * @module
 */
import { KIND_CONTROL, KIND_SESSION, MAX_RECORD_BODY, RECORD_HEADER } from "../record/record.ts";

/** A piece of the row of records; on the stream this kind is a discovery record. */
export const KIND_PACKET = 1;
/** Bytes before a packet's content. */
export const PACKET_HEADER = 4;
/** Offset of the first record that begins in a packet if none does. */
export const NO_RECORD = MAX_RECORD_BODY;
/** Type of a parity among the control records of datagrams. */
const PARITY_TYPE = 10;
/** Bytes before the exclusive or of the packets. */
export const PARITY_HEADER = 8;
/** Number of packets that one parity covers. */
export const GROUP = 8;
/** Minimum part of a record at the end of a packet, in bytes: a header is never split. */
const MIN_PART = 2 * RECORD_HEADER;
/** Maximum length of a packet, in bytes. */
const MAX_PACKET = 0x3fff;

/** Splits rows of whole records into packets. */
export class Packer {
  /** Number of packets so far. */
  count = 0;
  #view = new DataView(new ArrayBuffer(MAX_PACKET));
  #bytes = new Uint8Array(this.#view.buffer);

  /**
   * Calls `emit` with packets of at most `max` bytes; each is valid during its call. A row of
   * records begins with a header and ends with the end of a record. If `max` leaves no room for
   * anything, the packets are longer, so that a path cannot make this endless.
   */
  pack(records: Uint8Array, max: number, emit: (packet: Uint8Array) => void): void {
    const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
    const room = Math.max(MIN_PART, Math.min(max, MAX_PACKET) - PACKET_HEADER);
    for (let [at, next] = [0, 0]; at < records.length;) {
      let end = Math.min(at + room, records.length);
      const first = next < end ? next - at : NO_RECORD;
      while (next < end) {
        if (end - next < MIN_PART && end < records.length) end = next;
        else next += RECORD_HEADER + (view.getUint32(next) >>> 16 & MAX_RECORD_BODY);
      }
      this.#view.setUint32(0, (KIND_PACKET << 30 | first << 16 | this.count++ & 0xffff) >>> 0);
      this.#bytes.set(records.subarray(at, end), PACKET_HEADER);
      emit(this.#bytes.subarray(0, PACKET_HEADER + end - at));
      at = end;
    }
  }
}

/** Number of a packet, modulo 2^16. */
export function packetNumber(view: DataView): number {
  return view.getUint16(2);
}

/** Offset of the first record that begins in a packet, in its content. */
export function firstRecord(view: DataView): number {
  return view.getUint16(0) & MAX_RECORD_BODY;
}

/** Whether a datagram is a packet whose records fit together. */
export function isPacket(view: DataView): boolean {
  const { byteLength } = view;
  if (byteLength <= PACKET_HEADER || byteLength > MAX_PACKET) return false;
  if (view.getUint8(0) >>> 6 !== KIND_PACKET) return false;
  const first = firstRecord(view);
  if (first === NO_RECORD) return true;
  for (let at = PACKET_HEADER + first;;) {
    if (at === view.byteLength) return true;
    if (at + RECORD_HEADER > view.byteLength) return false;
    const header = view.getUint32(at);
    if (header >>> 30 !== KIND_SESSION) return false;
    at += RECORD_HEADER + (header >>> 16);
    if (at > view.byteLength) return true; // continues in the next packet
  }
}

/** Whether a datagram is a parity. */
export function isParity(view: DataView): boolean {
  if (view.byteLength <= PARITY_HEADER || view.byteLength > MAX_PACKET) return false;
  const header = view.getUint32(0);
  const count = header >>> 16 & MAX_RECORD_BODY;
  return header >>> 30 === KIND_CONTROL && (header & 0xffff) === PARITY_TYPE && count > 0 &&
    count <= GROUP;
}

/** Number of the first packet that a parity covers, and their count. */
export function covered(parity: DataView): { number: number; count: number } {
  return { number: parity.getUint16(4), count: parity.getUint16(0) & MAX_RECORD_BODY };
}

/** Collects the exclusive or of packets, from which one lost packet can be restored. */
export class Parity {
  #words = new Uint32Array((PARITY_HEADER + MAX_PACKET + 1) / 4);
  #bytes = new Uint8Array(this.#words.buffer);
  #view = new DataView(this.#words.buffer);
  #count = 0;
  #number = 0;
  #length = 0;
  #longest = 0;

  /** Number of packets collected. */
  get count(): number {
    return this.#count;
  }

  /** Adds a packet, of which each is one more than the last. */
  add(packet: Uint8Array): void {
    if (this.#count++ === 0) this.#number = packet[2] << 8 | packet[3];
    this.#length ^= packet.length;
    this.#longest = Math.max(this.#longest, packet.length);
    mix(this.#words, this.#bytes, PARITY_HEADER, packet);
  }

  /** Returns the parity of the packets since the last call; valid until the next packet. */
  take(): Uint8Array {
    this.#view.setUint32(0, (KIND_CONTROL << 30 | this.#count << 16 | PARITY_TYPE) >>> 0);
    this.#view.setUint16(4, this.#number);
    this.#view.setUint16(6, this.#length);
    return this.#bytes.subarray(0, PARITY_HEADER + this.#longest);
  }

  /** Begins a new group. */
  clear(): void {
    this.#words.fill(0, 0, PARITY_HEADER + this.#longest + 3 >> 2);
    this.#count = this.#length = this.#longest = 0;
  }
}

/**
 * Restores the one packet that is missing from a group; undefined if what results is none. `others`
 * are the other packets of the group.
 */
export function restore(parity: DataView, others: readonly Uint8Array[]): Uint8Array | undefined {
  const size = parity.byteLength - PARITY_HEADER;
  const words = new Uint32Array(size + 3 >> 2);
  const bytes = new Uint8Array(words.buffer);
  bytes.set(new Uint8Array(parity.buffer, parity.byteOffset + PARITY_HEADER, size));
  let length = parity.getUint16(6);
  for (const other of others) {
    if (other.length > size) return undefined;
    length ^= other.length;
    mix(words, bytes, 0, other);
  }
  return length <= size ? bytes.subarray(0, length) : undefined;
}

/** Combines a packet with the bytes at `at`, a multiple of four. */
function mix(words: Uint32Array, bytes: Uint8Array, at: number, packet: Uint8Array): void {
  const whole = packet.byteOffset % 4 === 0 ? packet.length >> 2 : 0;
  if (whole > 0) {
    const source = new Uint32Array(packet.buffer, packet.byteOffset, whole);
    const to = at >> 2;
    for (let i = 0; i < whole; i++) words[to + i] ^= source[i];
  }
  for (let i = whole << 2; i < packet.length; i++) bytes[at + i] ^= packet[i];
}
