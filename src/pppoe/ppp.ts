/** Reads the PPP protocol inside a session frame (RFC 1661 section 2, RFC 5578 section 3.3). */
import { TAG_CREDITS } from "./constants.ts";

/**
 * Whether `length` bytes at `at` can be a PPP frame: they begin with a complete protocol field,
 * which has two bytes, or a single odd one if the peers have agreed to compress it; the rest may be
 * empty (RFC 1661 sections 2 and 6.5).
 */
export function isPppFrame(bytes: Uint8Array, at: number, length: number): boolean {
  return length > 1 || length === 1 && (bytes[at] & 1) === 1;
}

/**
 * Returns the protocol of the PPP frame of `length` bytes at `at`. A compressed protocol field has
 * one byte, which is odd (RFC 1661 section 6.5). Returns 0 if it is not a PPP frame: too short, an
 * even low byte, or preceded by a credit tag (RFC 5578).
 */
export function pppProtocol(bytes: Uint8Array, at: number, length: number): number {
  if (length === 0) return 0;
  const first = bytes[at];
  const both = length < 2 ? 0 : first << 8 | bytes[at + 1];
  if (both === TAG_CREDITS) return 0;
  if ((first & 1) === 1) return first;
  return (both & 1) === 1 ? both : 0;
}

/**
 * Whether this is a control protocol: LCP, authentication, NCPs (RFC 1661 section 2: 0x8000 and
 * above).
 */
export function isControlProtocol(protocol: number): boolean {
  return protocol >= 0x8000;
}
