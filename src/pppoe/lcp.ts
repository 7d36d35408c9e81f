/** PPP's Link Control Protocol, read in place (RFC 1661 section 5). */

/** High and low byte of LCP's protocol number, which is never compressed (RFC 1661 section 6.5). */
const LCP_HIGH = 0xc0;
const LCP_LOW = 0x21;

/** Size of protocol, code, identifier and length, in bytes. */
export const LCP_HEADER = 6;

/** LCP codes that matter to a device between two peers. */
export const LcpCode = {
  configureRequest: 1,
  terminateRequest: 5,
  terminateAck: 6,
  echoRequest: 9,
  echoReply: 10,
} as const;

/** Whether the PPP frame of `length` bytes at `at` is LCP. */
export function isLcp(bytes: Uint8Array, at: number, length: number): boolean {
  return bytes[at] === LCP_HIGH && length > 1 && bytes[at + 1] === LCP_LOW;
}

/**
 * Whether the LCP packet of `length` bytes at `at`, including the protocol field, has a valid
 * Length; peers silently discard other packets. Bytes beyond Length are padding (RFC 1661 section
 * 5).
 */
export function isWholeLcp(bytes: Uint8Array, at: number, length: number): boolean {
  if (length < LCP_HEADER) return false;
  const said = bytes[at + 4] << 8 | bytes[at + 5];
  return said >= LCP_HEADER - 2 && said <= length - 2;
}

/** Configuration option Magic-Number: type, length, four bytes (RFC 1661 section 6.4). */
const MAGIC_NUMBER = 5;
const MAGIC_LENGTH = 6;

/** Returns the offset of the Magic-Number's value in the options in `bytes[at, end)`, or -1. */
export function findMagicNumber(bytes: Uint8Array, at: number, end: number): number {
  while (at + 2 <= end) {
    const length = bytes[at + 1];
    if (length < 2 || at + length > end) return -1;
    if (bytes[at] === MAGIC_NUMBER) return length === MAGIC_LENGTH ? at + 2 : -1;
    at += length;
  }
  return -1;
}
