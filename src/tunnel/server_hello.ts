/** Reads what a server first says, before TLS has begun (RFC 8446 section 4.1.3). Pure. */
import { ALERT_RECORD_BYTES, decodeAlert } from "./tls_alert.ts";

/** A ServerHello, of which a HelloRetryRequest is one too, or an alert in plain. */
export type ServerAnswer = { tls13: boolean } | { alert: number };

/** Longest answer that is read, in bytes with its records' headers; real ones have 90 to 1,300. */
export const MAX_SERVER_HELLO = 8 * 1024;

const RECORD_HEADER = 5;
const CONTENT_ALERT = 21;
const CONTENT_HANDSHAKE = 22;
/** RFC 8446 section 5.1. */
const MAX_RECORD = 1 << 14;
const MESSAGE_HEADER = 4;
const SERVER_HELLO = 2;
/** legacy_version and random. */
const FIXED = 2 + 32;
/** cipher_suite and legacy_compression_method. */
const CHOSEN = 2 + 1;
const EXTENSION_SUPPORTED_VERSIONS = 43;
const TLS_1_3 = 0x0304;

/**
 * Reads a connection's first bytes; "incomplete" as long as more could make them an answer,
 * "malformed" where nothing can. A hello may be split over several records.
 */
export function readServerAnswer(bytes: Uint8Array): ServerAnswer | "incomplete" | "malformed" {
  if (bytes[0] === CONTENT_ALERT) {
    if (bytes.length < ALERT_RECORD_BYTES) return "incomplete";
    const alert = decodeAlert(bytes);
    return alert === undefined ? "malformed" : { alert };
  }
  const message = joinRecords(bytes);
  if (message === "malformed" || (message.length > 0 && message[0] !== SERVER_HELLO)) {
    return "malformed";
  }
  const short = bytes.length < MAX_SERVER_HELLO ? "incomplete" : "malformed";
  if (message.length < MESSAGE_HEADER) return short;
  const length = message[1] << 16 | message[2] << 8 | message[3];
  if (length > MAX_SERVER_HELLO) return "malformed";
  if (message.length < MESSAGE_HEADER + length) return short;
  const tls13 = readVersion(message.subarray(MESSAGE_HEADER, MESSAGE_HEADER + length));
  return tls13 === undefined ? "malformed" : { tls13 };
}

/** What the handshake records say so far; the last one may be there in part. */
function joinRecords(bytes: Uint8Array): Uint8Array | "malformed" {
  const joined = new Uint8Array(bytes.length);
  let size = 0;
  for (let at = 0; at < bytes.length;) {
    // What follows the hello is of no interest: TLS 1.3 goes on with other types of records.
    if (bytes[at] !== CONTENT_HANDSHAKE) return size === 0 ? "malformed" : joined.subarray(0, size);
    if (at + 1 < bytes.length && bytes[at + 1] !== 3) return "malformed";
    if (at + RECORD_HEADER > bytes.length) break;
    const length = bytes[at + 3] << 8 | bytes[at + 4];
    if (length === 0 || length > MAX_RECORD) return "malformed";
    const part = bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length);
    joined.set(part, size);
    size += part.length;
    at += RECORD_HEADER + length;
  }
  return joined.subarray(0, size);
}

/** Whether the body of a ServerHello chooses TLS 1.3; undefined where it is none. */
function readVersion(body: Uint8Array): boolean | undefined {
  if (body.length < FIXED + 1) return undefined;
  let at = FIXED + 1 + body[FIXED] + CHOSEN; // behind legacy_session_id_echo
  if (at === body.length) return false; // TLS 1.2 may have no extensions
  if (at + 2 > body.length || at + 2 + uint16(body, at) !== body.length) return undefined;
  let tls13 = false;
  for (at += 2; at < body.length;) {
    if (at + 4 > body.length) return undefined;
    const [type, length] = [uint16(body, at), uint16(body, at + 2)];
    at += 4;
    if (at + length > body.length) return undefined;
    if (type === EXTENSION_SUPPORTED_VERSIONS) {
      if (length !== 2) return undefined;
      tls13 = uint16(body, at) === TLS_1_3;
    }
    at += length;
  }
  return tls13;
}

function uint16(bytes: Uint8Array, at: number): number {
  return bytes[at] << 8 | bytes[at + 1];
}
