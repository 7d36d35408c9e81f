/** PPP's Link Control Protocol in place (RFC 1661 section 5). */

/** High and low byte of LCP's protocol number, which PPP never compresses (RFC 1661 section 6.5). */
const LCP_HIGH = 0xc0;
const LCP_LOW = 0x21;

/** Bytes of protocol, code, identifier and length. */
export const LCP_HEADER = 6;

/** Codes that mean something to who stands between two peers. */
export const LcpCode = {
  configureRequest: 1,
  terminateRequest: 5,
  terminateAck: 6,
  echoRequest: 9,
  echoReply: 10,
} as const;

/** Whether the PPP frame of `length` bytes at `at` is LCP's. */
export function isLcp(bytes: Uint8Array, at: number, length: number): boolean {
  return bytes[at] === LCP_HIGH && length > 1 && bytes[at + 1] === LCP_LOW;
}

/**
 * Whether the LCP packet of `length` bytes at `at`, protocol field included, has a Length that peers do
 * not silently discard: what lies beyond it is padding (RFC 1661 section 5).
 */
export function isWholeLcp(bytes: Uint8Array, at: number, length: number): boolean {
  if (length < LCP_HEADER) return false;
  const said = bytes[at + 4] << 8 | bytes[at + 5];
  return said >= LCP_HEADER - 2 && said <= length - 2;
}

/** Configuration option Magic-Number: type, length, four bytes (RFC 1661 section 6.4). */
const MAGIC_NUMBER = 5;
const MAGIC_LENGTH = 6;

/** Where the Magic-Number stands in the options in `bytes[at, end)`, or -1. */
export function findMagicNumber(bytes: Uint8Array, at: number, end: number): number {
  while (at + 2 <= end) {
    const length = bytes[at + 1];
    if (length < 2 || at + length > end) return -1;
    if (bytes[at] === MAGIC_NUMBER) return length === MAGIC_LENGTH ? at + 2 : -1;
    at += length;
  }
  return -1;
}
