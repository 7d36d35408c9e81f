/**
 * Reverses receive offloads, which change frames before a packet socket sees them: the kernel (GRO)
 * or the card (LRO) merges segments of one TCP or UDP flow into a long frame and leaves checksums
 * incomplete. With PACKET_VNET_HDR (packet(7)) each frame has a header that describes this.
 */
import { addWords, checksumOf } from "./checksum.ts";

// struct virtio_net_hdr (linux/virtio_net.h), in the machine's byte order
export const OFFLOAD_HEADER = 10;
const SIZE_AT = 4;
const START_AT = 6;
const OFFSET_AT = 8;
/** Mask of the first two bytes, flags and type; 0 if the frame is as it was on the wire. */
export const OFFLOADED = 0xff01;
const NEEDS_CHECKSUM = 0x01;
const TYPE_TCP4 = 1;
const TYPE_TCP6 = 4;
const TYPE_UDP = 5;
const TYPE_ECN = 0x80;

/**
 * Offsets of the length field, PPP protocol and IP header in a session frame (RFC 2516 section 4).
 */
const LENGTH_AT = 18;
const PPP_AT = 20;
const IP_AT = 22;
const PPP_IPV4 = 0x0021;
const PPP_IPV6 = 0x0057;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;
const TCP_HEADER = 20;
const UDP_HEADER = 8;
/** Maximum length of a restored frame, in bytes. */
const BUFFER = 64 * 1024;
/** Maximum frames of a merged one; in 64 KiB, segments of 64 bytes. A sender could claim 1 byte. */
const MAX_PIECES = 1024;
const TCP_FIN_PSH = 0x09;
const TCP_CWR = 0x80;
/** Sent for a checksum of zero: in UDP, zero means "no checksum" (RFC 768). */
const ZERO = 0xffff;

/** Receives one frame, valid during the call. */
export type TakeFrame = (bytes: Uint8Array, view: DataView, offset: number, length: number) => void;

/** Layout of a merged frame. */
interface Joined {
  isIpv4: boolean;
  protocol: number;
  /** Offsets of the TCP or UDP header and of the data. */
  transport: number;
  data: number;
  /** Bytes of data in each original frame but the last. */
  size: number;
}

/** Restores the frames of one link as they were on the wire. */
export class OffloadUndo {
  #bytes = new Uint8Array(BUFFER);
  #view = new DataView(this.#bytes.buffer);

  /**
   * Passes to `take` the original frames of `bytes[offset, offset + length)`, with their checksums.
   * The frame's offload header begins at `header` in `view`. Returns the number of frames; 0 if the
   * frame cannot be split or completed.
   */
  restore(
    bytes: Uint8Array,
    view: DataView,
    header: number,
    offset: number,
    length: number,
    take: TakeFrame,
  ): number {
    const type = view.getUint8(header + 1) & ~TYPE_ECN;
    const frame = bytes.subarray(offset, offset + length);
    if (type === 0) {
      if (!finishChecksum(frame, view, header)) return 0;
      take(bytes, view, offset, length);
      return 1;
    }
    const joined = describe(frame, type, view.getUint16(header + SIZE_AT, true));
    return joined === undefined ? 0 : this.#split(frame, joined, take);
  }

  #split(frame: Uint8Array, joined: Joined, take: TakeFrame): number {
    const { data, size } = joined;
    let count = 0;
    this.#bytes.set(frame.subarray(0, data));
    for (let at = data; at < frame.length; at += size) {
      const piece = frame.subarray(at, Math.min(at + size, frame.length));
      this.#bytes.set(piece, data);
      this.#finish(frame, joined, at - data, data + piece.length);
      take(this.#bytes, this.#view, 0, data + piece.length);
      count++;
    }
    return count;
  }

  /**
   * Writes the fields that differ per frame. `sent`: bytes of data before it; `end`: its length.
   */
  #finish(frame: Uint8Array, joined: Joined, sent: number, end: number): void {
    const view = this.#view;
    view.setUint16(LENGTH_AT, end - PPP_AT);
    if (joined.isIpv4) {
      const id = frame[IP_AT + 4] << 8 | frame[IP_AT + 5];
      view.setUint16(IP_AT + 2, end - IP_AT);
      view.setUint16(IP_AT + 4, id + sent / joined.size);
      view.setUint16(IP_AT + 10, 0);
      view.setUint16(IP_AT + 10, checksumOf(addWords(this.#bytes, IP_AT, joined.transport, 0)));
    } else view.setUint16(IP_AT + 4, end - IP_AT - IPV6_HEADER);
    if (joined.protocol === PROTOCOL_TCP) this.#finishTcp(frame, joined, sent);
    else view.setUint16(joined.transport + 4, end - joined.transport);
    this.#finishTransport(joined, end);
  }

  /**
   * Sequence number and flags (RFC 9293 section 3.1): CWR on the first, FIN and PSH on the last.
   */
  #finishTcp(frame: Uint8Array, { transport, data, size }: Joined, sent: number): void {
    const view = this.#view;
    const original = new DataView(frame.buffer, frame.byteOffset);
    const isLast = data + sent + size >= frame.length;
    let flags = frame[transport + 13];
    if (!isLast) flags &= ~TCP_FIN_PSH;
    if (sent > 0) flags &= ~TCP_CWR;
    view.setUint32(transport + 4, original.getUint32(transport + 4) + sent);
    view.setUint8(transport + 13, flags);
  }

  #finishTransport({ isIpv4, protocol, transport }: Joined, end: number): void {
    const at = transport + (protocol === PROTOCOL_TCP ? 16 : 6);
    const addresses = isIpv4 ? IP_AT + 12 : IP_AT + 8;
    this.#view.setUint16(at, 0);
    let sum = protocol + end - transport;
    sum = addWords(this.#bytes, addresses, addresses + (isIpv4 ? 8 : 32), sum);
    this.#view.setUint16(at, checksumOf(addWords(this.#bytes, transport, end, sum)) || ZERO);
  }
}

/** Completes a checksum that was left to the card; false if its field is outside the frame. */
function finishChecksum(frame: Uint8Array, header: DataView, at: number): boolean {
  if ((header.getUint8(at) & NEEDS_CHECKSUM) === 0) return true;
  const start = header.getUint16(at + START_AT, true);
  const field = start + header.getUint16(at + OFFSET_AT, true);
  if (field + 2 > frame.length) return false;
  const checksum = checksumOf(addWords(frame, start, frame.length, 0)) || ZERO;
  frame[field] = checksum >> 8;
  frame[field + 1] = checksum & 0xff;
  return true;
}

/** Parses a merged frame; undefined if neither GRO nor LRO makes such a frame. */
function describe(frame: Uint8Array, type: number, size: number): Joined | undefined {
  if (frame.length < IP_AT + IPV4_HEADER || size === 0) return undefined;
  const protocol = type === TYPE_TCP4 || type === TYPE_TCP6 ? PROTOCOL_TCP : PROTOCOL_UDP;
  if (protocol === PROTOCOL_UDP && type !== TYPE_UDP) return undefined;
  const ppp = frame[PPP_AT] << 8 | frame[PPP_AT + 1];
  const isIpv4 = ppp === PPP_IPV4 && frame[IP_AT] >> 4 === 4;
  if (!isIpv4 && (ppp !== PPP_IPV6 || frame[IP_AT] >> 4 !== 6)) return undefined;
  // Neither GRO nor LRO merges packets with IPv6 extension headers.
  if (frame[IP_AT + (isIpv4 ? 9 : 6)] !== protocol) return undefined;
  const transport = IP_AT + (isIpv4 ? (frame[IP_AT] & 0x0f) * 4 : IPV6_HEADER);
  const isTcp = protocol === PROTOCOL_TCP;
  const least = transport + (isTcp ? TCP_HEADER : UDP_HEADER);
  if (least > frame.length) return undefined;
  const data = isTcp ? transport + (frame[transport + 12] >> 4) * 4 : least;
  if (data < least || data >= frame.length) return undefined;
  if (data + size > BUFFER || frame.length - data > MAX_PIECES * size) return undefined;
  return { isIpv4, protocol, transport, data, size };
}
