/** The Internet checksum (RFC 1071). */

/** Adds the 16-bit words of `bytes[from, to)` to a sum; an odd last byte is padded with zero. */
export function addWords(bytes: Uint8Array, from: number, to: number, sum: number): number {
  let at = from;
  for (; at + 1 < to; at += 2) sum += bytes[at] << 8 | bytes[at + 1];
  return at < to ? sum + (bytes[at] << 8) : sum;
}

/** The checksum of a sum: folded to 16 bits and complemented. */
export function checksumOf(sum: number): number {
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000);
  return ~sum & 0xffff;
}
