/** Payloads that identify their session. */

/** Returns what looks like IPv4 in PPP: the session's number and a counter. */
export function numbered(number: number, turn: number): Uint8Array {
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x0021);
  view.setUint32(2, number);
  view.setUint32(6, turn);
  return bytes;
}

/** Returns the session number of a payload; NaN if it is not one of ours. */
export function numberIn(bytes: Uint8Array): number {
  if (bytes.length !== 64) return NaN;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(2);
}
