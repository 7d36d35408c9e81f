/** What a hostile or broken middlebox does to TCP over IPv4, on whole Ethernet frames. */

const ETHERTYPE_IPV4 = 0x0800;
const PROTOCOL_TCP = 6;
const ETHERNET = 14;
/** Length of a TCP header without options. */
const TCP_HEADER = 20;
const FLAG_RST = 0x04;
const FLAG_ACK = 0x10;

/** Offsets in a frame that carries TCP over IPv4. */
export interface Segment {
  readonly ip: number;
  readonly tcp: number;
  readonly payload: number;
  readonly end: number;
}

/** Finds the segment; undefined for frames other than TCP over IPv4, and for fragments. */
export function segmentIn(frame: Uint8Array): Segment | undefined {
  const view = viewOf(frame);
  const ip = ETHERNET;
  if (frame.length < ip + 40 || view.getUint16(12) !== ETHERTYPE_IPV4) return undefined;
  if (view.getUint8(ip + 9) !== PROTOCOL_TCP) return undefined;
  if ((view.getUint16(ip + 6) & 0x3fff) !== 0) return undefined;
  const tcp = ip + (view.getUint8(ip) & 0x0f) * 4;
  const end = ip + view.getUint16(ip + 2);
  if (tcp + TCP_HEADER > end || end > frame.length) return undefined;
  const payload = tcp + (view.getUint8(tcp + 12) >>> 4) * 4;
  return payload > end ? undefined : { ip, tcp, payload, end };
}

/**
 * Flips one bit of the payload, which must not be empty, and corrects the checksum. Numbers in [0,
 * 1).
 */
export function flipBit(frame: Uint8Array, segment: Segment, random: () => number): void {
  const { payload, end } = segment;
  frame[payload + Math.floor(random() * (end - payload))] ^= 1 << Math.floor(random() * 8);
  writeChecksum(frame, segment);
}

/**
 * Returns resets for both ends of a segment's connection (RFC 9293 section 3.10.7.4), to be sent in
 * its place.
 */
export function resets(
  frame: Uint8Array,
  segment: Segment,
): { toReceiver: Uint8Array; toSender: Uint8Array } {
  const { sequence, acknowledged } = numbersOf(frame, segment);
  const same = { back: false, flags: FLAG_RST, sequence, acknowledged: 0 };
  const back = { back: true, flags: FLAG_RST, sequence: acknowledged, acknowledged: 0 };
  return { toReceiver: bare(frame, segment, same), toSender: bare(frame, segment, back) };
}

/** Returns the receiver's acknowledgement of the segment, as if all of it had arrived. */
export function acknowledgement(frame: Uint8Array, segment: Segment): Uint8Array {
  const { sequence, acknowledged } = numbersOf(frame, segment);
  return bare(frame, segment, {
    back: true,
    flags: FLAG_ACK,
    sequence: acknowledged,
    acknowledged: sequence + segment.end - segment.payload >>> 0,
  });
}

function numbersOf(frame: Uint8Array, { tcp }: Segment) {
  const view = viewOf(frame);
  return { sequence: view.getUint32(tcp + 4), acknowledged: view.getUint32(tcp + 8) };
}

interface Header {
  /** Whether it goes back to the frame's source. */
  back: boolean;
  flags: number;
  sequence: number;
  acknowledged: number;
}

/** Returns a segment of the same connection, without options and payload. */
function bare(frame: Uint8Array, { ip, tcp }: Segment, header: Header): Uint8Array {
  const end = tcp + TCP_HEADER;
  const out = frame.slice(0, end);
  const view = viewOf(out);
  if (header.back) {
    for (const [at, size] of [[0, 6], [ip + 12, 4], [tcp, 2]]) {
      swap(out, at, size);
    }
  }
  view.setUint16(ip + 2, end - ip);
  view.setUint16(ip + 10, 0);
  view.setUint16(ip + 10, fold(sum(view, ip, tcp)));
  view.setUint32(tcp + 4, header.sequence);
  view.setUint32(tcp + 8, header.acknowledged);
  view.setUint16(tcp + 12, 5 << 12 | header.flags);
  view.setUint16(tcp + 18, 0);
  writeChecksum(out, { ip, tcp, payload: end, end });
  return out;
}

/** Swaps two adjacent fields. */
function swap(bytes: Uint8Array, at: number, size: number): void {
  const first = bytes.slice(at, at + size);
  bytes.copyWithin(at, at + size, at + 2 * size);
  bytes.set(first, at + size);
}

/** Writes the checksum of TCP with its pseudo header (RFC 9293 section 3.1). */
function writeChecksum(frame: Uint8Array, { ip, tcp, end }: Segment): void {
  const view = viewOf(frame);
  view.setUint16(tcp + 16, 0);
  const pseudo = sum(view, ip + 12, ip + 20) + PROTOCOL_TCP + end - tcp;
  view.setUint16(tcp + 16, fold(pseudo + sum(view, tcp, end)));
}

function sum(view: DataView, from: number, to: number): number {
  let total = 0;
  for (let at = from; at + 1 < to; at += 2) total += view.getUint16(at);
  return (to - from) % 2 === 0 ? total : total + (view.getUint8(to - 1) << 8);
}

function fold(total: number): number {
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return ~total & 0xffff;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
