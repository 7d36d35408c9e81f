/**
 * PPP-Max-Payload (RFC 4638): the maximum PPP packet that the host and the access concentrator may
 * send.
 */
import { TAG_END_OF_LIST, TAG_PPP_MAX_PAYLOAD } from "./constants.ts";

/**
 * PPP payload that needs no agreement, in bytes; a lower value in the tag means this one (section
 * 5.1).
 */
const DEFAULT_MAX_PAYLOAD = 1492;

/** The requested value, the allowed value, and the tags with the latter. */
export interface LoweredPayload {
  asked: number;
  allowed: number;
  tags: Uint8Array;
}

/**
 * Lowers the values in a discovery packet's tags to what an interface carries, `limit` bytes, but
 * not below 1,492. Returns undefined if nothing needs to be lowered. A malformed list is left
 * unchanged from the fault on.
 */
export function lowerMaxPayload(tags: Uint8Array, limit: number): LoweredPayload | undefined {
  const allowed = Math.max(DEFAULT_MAX_PAYLOAD, limit);
  let lowered: LoweredPayload | undefined;
  for (let at = 0; at + 4 <= tags.length;) {
    const type = tags[at] << 8 | tags[at + 1];
    const length = tags[at + 2] << 8 | tags[at + 3];
    if (type === TAG_END_OF_LIST || at + 4 + length > tags.length) break;
    const asked = tags[at + 4] << 8 | tags[at + 5];
    if (type === TAG_PPP_MAX_PAYLOAD && length === 2 && asked > allowed) {
      lowered ??= { asked, allowed, tags: tags.slice() };
      lowered.tags[at + 4] = allowed >> 8;
      lowered.tags[at + 5] = allowed & 0xff;
    }
    at += 4 + length;
  }
  return lowered;
}
