/**
 * Blocks of pcapng files (draft-ietf-opsawg-pcapng), little-endian. Times are nanoseconds since 1970.
 * A block is its type, its length, a body padded to four bytes, and its length again.
 */

export const BLOCK_SECTION = 0x0a0d0d0a;
export const BLOCK_INTERFACE = 1;
export const BLOCK_STATISTICS = 5;
export const BLOCK_PACKET = 6;

/** Size of a block's type and of both its lengths, in bytes; no block is shorter. */
export const MIN_BLOCK = 12;
/** Size of an enhanced packet block's fields before the frame, in bytes. */
export const PACKET_HEAD = 28;
/** Size of its fields after the frame, in bytes: the direction option, end of options, length. */
const PACKET_TAIL = 16;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const LINKTYPE_ETHERNET = 1;
/** Resolution of timestamps, as a negative power of ten of a second. */
const NANOSECONDS = 9;

const OPTION_END = 0;
const OPTION_COMMENT = 1;
const SECTION_OS = 3;
const SECTION_APPLICATION = 4;
const INTERFACE_NAME = 2;
const INTERFACE_DESCRIPTION = 3;
const INTERFACE_RESOLUTION = 9;
const PACKET_FLAGS = 2;
const STATISTICS_RECEIVED = 4;
/** Code of the option with the number of dropped frames. */
export const STATISTICS_DROPPED = 5;

/** Maximum length of an option's text, in bytes: its length field has 16 bits. */
const MAX_TEXT = 0xffff;

type Option = readonly [code: number, value: Uint8Array];

/** A point in time: whole seconds since 1970, and nanoseconds below one second. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Returns the block that begins a file, or a new section of one. */
export function sectionBlock(
  facts: { application: string; os?: string; comment?: string },
): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(16);
  const view = new DataView(head.buffer);
  view.setUint32(0, BYTE_ORDER_MAGIC, true);
  view.setUint16(4, 1, true); // version 1.0
  view.setUint32(8, 0xffff_ffff, true); // the section's length is not known in advance
  view.setUint32(12, 0xffff_ffff, true);
  return block(BLOCK_SECTION, head, [
    ...text(OPTION_COMMENT, facts.comment),
    ...text(SECTION_OS, facts.os),
    ...text(SECTION_APPLICATION, facts.application),
  ]);
}

/** Returns the block that describes the section's next Ethernet interface; the first has id 0. */
export function interfaceBlock(
  facts: { name: string; description?: string; comment?: string; snapLength?: number },
): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(8);
  const view = new DataView(head.buffer);
  view.setUint16(0, LINKTYPE_ETHERNET, true);
  view.setUint32(4, facts.snapLength ?? 0, true); // 0: frames are not truncated
  return block(BLOCK_INTERFACE, head, [
    ...text(OPTION_COMMENT, facts.comment),
    ...text(INTERFACE_NAME, facts.name),
    ...text(INTERFACE_DESCRIPTION, facts.description),
    [INTERFACE_RESOLUTION, Uint8Array.of(NANOSECONDS)],
  ]);
}

/**
 * Returns the block with an interface's statistics up to a moment: frames seen, and frames dropped.
 */
export function statisticsBlock(
  facts: { id: number; at: Timestamp; received: number; dropped: number; comment?: string },
): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(12);
  const view = new DataView(head.buffer);
  view.setUint32(0, facts.id, true);
  writeMoment(view, 4, facts.at);
  return block(BLOCK_STATISTICS, head, [
    ...text(OPTION_COMMENT, facts.comment),
    [STATISTICS_RECEIVED, count64(facts.received)],
    [STATISTICS_DROPPED, count64(facts.dropped)],
  ]);
}

/** Returns the size of the block for a frame of this length, in bytes. */
export function packetSize(length: number): number {
  return PACKET_HEAD + padded(length) + PACKET_TAIL;
}

/**
 * Writes a packet block around a frame of `length` bytes, which the caller puts at `at +
 * PACKET_HEAD`. Uses {@linkcode packetSize} bytes; does not allocate.
 */
export function writePacket(
  view: DataView,
  at: number,
  id: number,
  moment: Timestamp,
  inbound: boolean,
  length: number,
): void {
  const size = packetSize(length);
  view.setUint32(at, BLOCK_PACKET, true);
  view.setUint32(at + 4, size, true);
  view.setUint32(at + 8, id, true);
  writeMoment(view, at + 12, moment);
  view.setUint32(at + 20, length, true);
  view.setUint32(at + 24, length, true);
  for (let pad = length; pad < padded(length); pad++) view.setUint8(at + PACKET_HEAD + pad, 0);
  const tail = at + size - PACKET_TAIL;
  view.setUint16(tail, PACKET_FLAGS, true);
  view.setUint16(tail + 2, 4, true);
  view.setUint32(tail + 4, inbound ? 1 : 2, true);
  view.setUint32(tail + 8, OPTION_END, true);
  view.setUint32(tail + 12, size, true);
}

/** Writes the high and low half of the 64-bit number of nanoseconds, without using a BigInt. */
function writeMoment(view: DataView, at: number, { seconds, nanoseconds }: Timestamp): void {
  // seconds * 10^9 = upper * 2^16 + lower, each exact in a double
  const upper = Math.floor(seconds / 0x1_0000) * 1e9;
  const lower = seconds % 0x1_0000 * 1e9 + nanoseconds + upper % 0x1_0000 * 0x1_0000;
  view.setUint32(at, Math.floor(upper / 0x1_0000) + Math.floor(lower / 0x1_0000_0000), true);
  view.setUint32(at + 4, lower % 0x1_0000_0000, true);
}

function block(
  type: number,
  head: Uint8Array,
  options: readonly Option[],
): Uint8Array<ArrayBuffer> {
  const lengths = options.map(([, value]) => 4 + padded(value.length));
  const size = MIN_BLOCK + head.length + lengths.reduce((sum, length) => sum + length, 4);
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, size, true);
  out.set(head, 8);
  let at = 8 + head.length;
  for (const [code, value] of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    out.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  view.setUint32(at, OPTION_END, true);
  view.setUint32(size - 4, size, true);
  return out;
}

/**
 * Returns a text option, or nothing for an empty text. Longer text is truncated, but not within a
 * character.
 */
function text(code: number, words: string | undefined): Option[] {
  if (words === undefined || words === "") return [];
  const value = new Uint8Array(Math.min(MAX_TEXT, words.length * 3));
  const { written } = new TextEncoder().encodeInto(words, value);
  return [[code, value.subarray(0, written)]];
}

function count64(count: number): Uint8Array {
  const value = new Uint8Array(8);
  const view = new DataView(value.buffer);
  view.setUint32(0, count % 0x1_0000_0000, true);
  view.setUint32(4, Math.floor(count / 0x1_0000_0000), true);
  return value;
}

/** Rounds up to a multiple of four. */
function padded(length: number): number {
  return length + 3 & ~3;
}
