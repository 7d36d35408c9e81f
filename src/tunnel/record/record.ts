/**
 * The record: the only unit on the tunnel (docs/protocol.md).
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +---+---------------------------+-------------------------------+
 *     |Knd|          Length           |         Handle or type        |
 *     +---+---------------------------+-------------------------------+
 *     |                 Length bytes of body ...
 *
 * @module
 */

/** Length of the header before every record's body, in bytes. */
export const RECORD_HEADER = 4;

/** Maximum length of a body: the 14 bits of the length field. */
export const MAX_RECORD_BODY = 0x3fff;

/** Body: the PPP payload of one PPPoE session frame. Handle: that session's. */
export const KIND_SESSION = 0;
/** Body: one whole discovery frame, unpadded. Handle: the session's, or 0 before it exists. */
export const KIND_DISCOVERY = 1;
/** Body: depends on the type, see {@linkcode ControlType}. */
export const KIND_CONTROL = 2;

/** Types of control records. */
export const ControlType = {
  hello: 1,
  challenge: 2,
  proof: 3,
  accept: 4,
  close: 5,
  ping: 6,
  pong: 7,
  sessions: 8,
  resumed: 9,
  ended: 10,
} as const;

/** Why a peer's bytes are not valid records; the tunnel ends with this word. */
export type Violation =
  | "unknown-record-kind"
  | "unknown-control-type"
  | "discovery-too-long"
  | "control-too-long"
  | "sessions-unreadable"
  | "sessions-unexpected"
  | "sessions-too-many"
  | "resumed-unexpected"
  | "discovery-rate"
  | "ping-rate"
  | "datagram-rate";

/** Maximum discovery record: a 1,500-byte packet with its Ethernet header (RFC 2516 section 5). */
export const MAX_DISCOVERY_BODY = 1514;

/** Maximum length of a control record after authentication. */
export const MAX_CONTROL_BODY = 1024;

/** Encodes the 32-bit header of a record. */
export function recordHeader(kind: number, length: number, handle: number): number {
  return (kind << 30 | length << 16 | handle) >>> 0;
}
