import { MAX_RECORD_BODY, RECORD_HEADER } from "../../src/tunnel/record/record.ts";

/** PPP protocols of data and of control. */
export const IPV4 = 0x0021;
export const LCP = 0xc021;

/** A body with a PPP protocol and a number. */
export function numberedBody(protocol: number, number: number, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(8, length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, protocol);
  view.setUint32(4, number);
  return bytes;
}

/** A taken record; its size includes the header. */
export interface NumberedRecord {
  kind: number;
  handle: number;
  number: number;
  size: number;
}

/** The records in some bytes. */
export function recordsOf(bytes: Uint8Array): NumberedRecord[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const seen: NumberedRecord[] = [];
  for (let at = 0; at < bytes.length;) {
    const header = view.getUint32(at);
    const number = view.getUint32(at + RECORD_HEADER + 4);
    const size = RECORD_HEADER + (header >>> 16 & MAX_RECORD_BODY);
    seen.push({ kind: header >>> 30, handle: header & 0xffff, number, size });
    at += size;
  }
  return seen;
}
