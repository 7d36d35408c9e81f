/** DER (ITU-T X.690), as far as a small certificate needs it. Pure. */

/** Tags of the universal class (X.680 section 8), and of context-specific fields. */
export const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  /** A field `[number]` that contains a whole value. */
  explicit: (number: number) => 0xa0 + number,
  /** A field `[number]` that replaces a primitive type's tag. */
  implicit: (number: number) => 0x80 + number,
} as const;

/** Encodes a value with the given contents, in sequence. */
export function encodeDer(
  tag: number,
  ...contents: readonly Uint8Array[]
): Uint8Array<ArrayBuffer> {
  const body = concat(contents);
  return concat([Uint8Array.of(tag, ...lengthBytes(body.length)), body]);
}

/** Encodes a sequence of values. */
export function sequence(...values: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return encodeDer(Tag.sequence, ...values);
}

/** Encodes an object identifier such as "1.2.840.10045.4.3.2". */
export function objectIdentifier(dotted: string): Uint8Array<ArrayBuffer> {
  const [first, second, ...rest] = dotted.split(".").map(Number);
  const arcs = [first * 40 + second, ...rest];
  return encodeDer(Tag.objectIdentifier, Uint8Array.from(arcs.flatMap(base128)));
}

/** Encodes an ASCII text with this tag. */
export function asciiText(tag: number, text: string): Uint8Array<ArrayBuffer> {
  return encodeDer(tag, new TextEncoder().encode(text));
}

/** The direct children of a constructed value, with their tags and lengths. Throws RangeError. */
export function derValues(der: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  const [start, end] = bodyOf(der, 0);
  for (let at = start; at < end;) {
    const next = bodyOf(der, at)[1];
    if (next > end) throw new RangeError("Malformed DER: a value exceeds the one around it");
    found.push(der.subarray(at, next));
    at = next;
  }
  return found;
}

/** Start and end of the contents of the value at `at`. */
function bodyOf(der: Uint8Array, at: number): [start: number, end: number] {
  const first = der[at + 1];
  const extra = first < 0x80 ? 0 : first & 0x7f;
  if (!(first >= 0) || first === 0x80 || extra > 3) throw new RangeError("Malformed DER value");
  let length = extra === 0 ? first : 0;
  for (let i = 0; i < extra; i++) length = length << 8 | der[at + 2 + i];
  const start = at + 2 + extra;
  if (start + length > der.length) throw new RangeError("Malformed DER: a value is truncated");
  return [start, start + length];
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  if (length < 0x100) return [0x81, length];
  if (length < 0x10000) return [0x82, length >> 8, length & 0xff];
  return [0x83, length >> 16, length >> 8 & 0xff, length & 0xff];
}

function base128(arc: number): number[] {
  const bytes = [arc & 0x7f];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift(0x80 | rest & 0x7f);
  }
  return bytes;
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
