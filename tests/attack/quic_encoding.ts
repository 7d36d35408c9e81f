/** How QUIC and TLS encode numbers and lists. */

/** Joins bytes. */
export const join = (...parts: ArrayLike<number>[]): Uint8Array<ArrayBuffer> => {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};
/** A number of two bytes, big-endian. */
export const u16 = (value: number): number[] => [value >> 8, value & 0xff];
/** Bytes after their length, in two bytes. */
export const sized16 = (bytes: ArrayLike<number>): Uint8Array => join(u16(bytes.length), bytes);
/** A variable-length integer of at most four bytes (RFC 9000 section 16). */
export const varint = (value: number): number[] =>
  value < 0x40
    ? [value]
    : value < 0x4000
    ? u16(value | 0x4000)
    : [0x80 | value >>> 24, value >>> 16 & 0xff, value >>> 8 & 0xff, value & 0xff];

/** Reads a variable-length integer (RFC 9000 section 16): value and next offset. */
export function readVarint(bytes: Uint8Array, at: number): [value: number, next: number] {
  const length = 1 << (bytes[at] >> 6);
  let value = bytes[at] & 0x3f;
  for (let i = 1; i < length; i++) value = value * 256 + bytes[at + i];
  return [value, at + length];
}
