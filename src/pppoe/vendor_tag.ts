/**
 * The Broadband Forum's vendor tag, which identifies a customer's line to an AC (TR-101 section
 * 3.9.3).
 */
import { TAG_VENDOR_SPECIFIC } from "./constants.ts";
import type { Tag } from "./tags.ts";

/** Vendor id: 0x00 and the enterprise number 3561 (TR-101 R-112). */
const BROADBAND_FORUM = 0x0000_0de9;
const CIRCUIT_ID = 0x01;
const REMOTE_ID = 0x02;
/** Maximum length of a circuit or remote id, in bytes. */
const MAX_LINE_ID = 63;

/** Identifies a line. */
export interface LineId {
  circuitId?: string;
  remoteId?: string;
}

/** Encodes the tag; throws RangeError for an id longer than 63 bytes. */
export function encodeLineId(line: LineId): Tag {
  const parts: number[] = [];
  for (const [type, text] of [[CIRCUIT_ID, line.circuitId], [REMOTE_ID, line.remoteId]] as const) {
    if (text === undefined) continue;
    const bytes = new TextEncoder().encode(text);
    if (bytes.length > MAX_LINE_ID) {
      throw new RangeError(`Cannot encode the line id "${text}": it is longer than 63 bytes`);
    }
    parts.push(type, bytes.length, ...bytes);
  }
  const value = new Uint8Array(4 + parts.length);
  new DataView(value.buffer).setUint32(0, BROADBAND_FORUM);
  value.set(parts, 4);
  return { type: TAG_VENDOR_SPECIFIC, value };
}

/**
 * Decodes the tag; undefined for another vendor's or a malformed one. Unknown parts are skipped.
 */
export function decodeLineId(tag: Tag): LineId | undefined {
  const { type, value } = tag;
  if (type !== TAG_VENDOR_SPECIFIC || value.length < 4) return undefined;
  if (new DataView(value.buffer, value.byteOffset).getUint32(0) !== BROADBAND_FORUM) {
    return undefined;
  }
  const line: LineId = {};
  for (let at = 4; at < value.length;) {
    const end = at + 2 + value[at + 1];
    if (!(end <= value.length)) return undefined;
    const text = new TextDecoder().decode(value.subarray(at + 2, end));
    if (value[at] === CIRCUIT_ID) line.circuitId = text;
    if (value[at] === REMOTE_ID) line.remoteId = text;
    at = end;
  }
  return line;
}
