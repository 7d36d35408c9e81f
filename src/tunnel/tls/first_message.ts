/** Finds the first handshake message of a TLS connection, in either direction. Pure. */

const RECORD_HEADER = 5;
const CONTENT_HANDSHAKE = 22;
/** RFC 8446 section 5.1. */
const MAX_RECORD = 1 << 14;
const MESSAGE_HEADER = 4;

/**
 * The body of the first message, if it has this type (RFC 8446 section 4). Returns "incomplete"
 * while more bytes could complete it, "malformed" if none can, or if `limit` bytes did not. The
 * message may be split over several records, with no others in between (section 5.1). Bytes after
 * the message are ignored: how many have arrived already is chance.
 */
export function firstMessage(
  bytes: Uint8Array,
  type: number,
  limit: number,
): Uint8Array | "incomplete" | "malformed" {
  const joined = new Uint8Array(bytes.length);
  let size = 0;
  for (let at = 0; at < bytes.length;) {
    // The first byte is enough to recognise another protocol.
    if (bytes[at] !== CONTENT_HANDSHAKE) return "malformed";
    if (at + 1 < bytes.length && bytes[at + 1] !== 3) return "malformed";
    if (at + RECORD_HEADER > bytes.length) break;
    const length = bytes[at + 3] << 8 | bytes[at + 4];
    if (length === 0 || length > MAX_RECORD) return "malformed";
    const part = bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length);
    joined.set(part, size);
    size += part.length;
    at += RECORD_HEADER + length;
    if (size > 0 && joined[0] !== type) return "malformed";
    if (size < MESSAGE_HEADER) continue;
    const end = MESSAGE_HEADER + (joined[1] << 16 | joined[2] << 8 | joined[3]);
    if (end - MESSAGE_HEADER > limit) return "malformed";
    if (size >= end) return joined.subarray(MESSAGE_HEADER, end);
  }
  return bytes.length < limit ? "incomplete" : "malformed";
}
