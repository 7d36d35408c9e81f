/**
 * Session frames in datagrams (docs/protocol.md, "Datagrams"): a record's header and the payload,
 * or two fragments of a frame that is too long for the path.
 *
 *     whole     | 0 | length of payload |  handle  | payload ...
 *     fragment  | 3 | length of payload |  handle  | frame number | offset | part of payload ...
 *     ping      | 2 |         4         |    6     | number ...
 *     pong      | 2 |       4 or 8      |    7     | number ... | packets received ...
 *
 * @module
 */
import {
  ControlType,
  KIND_CONTROL,
  KIND_SESSION,
  MAX_RECORD_BODY,
  RECORD_HEADER,
  recordHeader,
} from "../record/record.ts";

/** One of the two fragments of a session frame; on the stream this kind is a violation. */
export const KIND_FRAGMENT = 3;
/** Bytes before a fragment's part of the payload. */
export const FRAGMENT_HEADER = RECORD_HEADER + 4;
/** Maximum length of a fragment, in bytes. */
export const MAX_FRAGMENT = FRAGMENT_HEADER + MAX_RECORD_BODY;
/** Length of a ping, or of a pong without a count of packets, in bytes. */
export const PROBE_BYTES = RECORD_HEADER + 4;
/** Length of a pong that counts the packets received. */
const LONG_PONG_BYTES = RECORD_HEADER + 8;

/** Why a datagram or its frame was dropped; log field and metric label. */
export type DatagramDrop =
  | "datagram-malformed" // not a datagram of this protocol
  | "datagram-too-long" // the path's maximum datagram size has just shrunk
  | "fragment-duplicate" // the same fragment twice
  | "fragment-late" // the other fragment arrived too long before
  | "fragment-lost" // the other fragment never arrived
  | "fragment-mismatch" // two fragments that do not belong to one frame
  | "packet-duplicate" // a packet that has arrived, or was restored, before
  | "probe-late" // the answer to a ping before one that has been answered
  | "ping-rate"; // more pings than the peer's datagrams call for

/** Writes the part `[from, to)` of a frame's payload to `target`; returns the datagram's length. */
export function writeFragment(
  target: DataView<ArrayBuffer>,
  handle: number,
  frame: number,
  payload: Uint8Array,
  [from, to]: readonly [number, number],
): number {
  target.setUint32(0, recordHeader(KIND_FRAGMENT, payload.length, handle));
  target.setUint16(RECORD_HEADER, frame);
  target.setUint16(RECORD_HEADER + 2, from);
  new Uint8Array(target.buffer).set(payload.subarray(from, to), FRAGMENT_HEADER);
  return FRAGMENT_HEADER + to - from;
}

/** Encodes a ping with a 32-bit number. */
export function encodePing(number: number): Uint8Array {
  return encodeProbe(ControlType.ping, PROBE_BYTES, number);
}

/**
 * Encodes the answer to a ping. It counts the packets received before the ping, modulo 2^32, if the
 * peer sends packets.
 */
export function encodePong(number: number, packets: number | undefined): Uint8Array {
  if (packets === undefined) return encodeProbe(ControlType.pong, PROBE_BYTES, number);
  const out = encodeProbe(ControlType.pong, LONG_PONG_BYTES, number);
  new DataView(out.buffer).setUint32(PROBE_BYTES, packets);
  return out;
}

function encodeProbe(type: number, length: number, number: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(length);
  const view = new DataView(out.buffer);
  view.setUint32(0, recordHeader(KIND_CONTROL, length - RECORD_HEADER, type));
  view.setUint32(RECORD_HEADER, number);
  return out;
}

/** The count of packets in a pong, if it has one. */
export function packetsIn(pong: DataView): number | undefined {
  return pong.byteLength === LONG_PONG_BYTES ? pong.getUint32(PROBE_BYTES) : undefined;
}

/** Whether the lengths and offsets of a datagram fit its kind; packets and parities are others. */
export function isWellFormed(datagram: Uint8Array, view: DataView): boolean {
  if (datagram.length < RECORD_HEADER) return false;
  const header = view.getUint32(0);
  const [kind, length, type] = [header >>> 30, header >>> 16 & 0x3fff, header & 0xffff];
  if (kind === KIND_SESSION) return datagram.length === RECORD_HEADER + length;
  if (kind === KIND_CONTROL) {
    if (type !== ControlType.ping && type !== ControlType.pong) return false;
    const isLong = type === ControlType.pong && datagram.length === LONG_PONG_BYTES;
    return (datagram.length === PROBE_BYTES || isLong) &&
      length === datagram.length - RECORD_HEADER;
  }
  if (kind !== KIND_FRAGMENT || datagram.length <= FRAGMENT_HEADER) return false;
  const from = view.getUint16(RECORD_HEADER + 2);
  const part = datagram.length - FRAGMENT_HEADER;
  return from === 0 ? part < length : from + part === length;
}
