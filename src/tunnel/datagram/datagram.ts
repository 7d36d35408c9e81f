/**
 * Session frames in datagrams (docs/protocol.md, "Datagrams"): a record's header and the payload,
 * or two fragments of a frame that is too long for the path.
 *
 *     whole     | 0 | length of payload |  handle  | payload ...
 *     fragment  | 3 | length of payload |  handle  | frame number | offset | part of payload ...
 *     ping      | 2 |         4         |    6     | number ...                   (pong: type 7)
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
/** Length of a ping or pong, in bytes. */
export const PROBE_BYTES = RECORD_HEADER + 4;

/** Why a datagram or its frame was dropped; log field and metric label. */
export type DatagramDrop =
  | "datagram-malformed" // not a datagram of this protocol
  | "datagram-too-long" // the path's maximum datagram size has just shrunk
  | "fragment-duplicate" // the same fragment twice
  | "fragment-late" // the other fragment arrived too long before
  | "fragment-lost" // the other fragment never arrived
  | "fragment-mismatch" // two fragments that do not belong to one frame
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

/** Encodes a ping or pong with a 32-bit number. */
export function encodeProbe(type: "ping" | "pong", number: number): Uint8Array {
  const out = new Uint8Array(PROBE_BYTES);
  const view = new DataView(out.buffer);
  view.setUint32(0, recordHeader(KIND_CONTROL, 4, ControlType[type]));
  view.setUint32(RECORD_HEADER, number);
  return out;
}

/** Whether the lengths and offsets of a datagram fit its kind. */
export function isWellFormed(datagram: Uint8Array, view: DataView): boolean {
  if (datagram.length < RECORD_HEADER) return false;
  const header = view.getUint32(0);
  const [kind, length, type] = [header >>> 30, header >>> 16 & 0x3fff, header & 0xffff];
  if (kind === KIND_SESSION) return datagram.length === RECORD_HEADER + length;
  if (kind === KIND_CONTROL) {
    return (type === ControlType.ping || type === ControlType.pong) && length === 4 &&
      datagram.length === PROBE_BYTES;
  }
  if (kind !== KIND_FRAGMENT || datagram.length <= FRAGMENT_HEADER) return false;
  const from = view.getUint16(RECORD_HEADER + 2);
  const part = datagram.length - FRAGMENT_HEADER;
  return from === 0 ? part < length : from + part === length;
}
