/** Parses a server's first answer, before TLS has begun (RFC 8446 section 4.1.3). Pure. */
import { firstMessage } from "./first_message.ts";
import { ALERT_RECORD_BYTES, decodeAlert } from "./tls_alert.ts";

/** A ServerHello (which includes HelloRetryRequest), or an unencrypted alert. */
export type ServerAnswer = { tls13: boolean } | { alert: number };

/** Maximum length of an answer with its record headers, in bytes; real ones have 90 to 1,300. */
export const MAX_SERVER_HELLO = 8 * 1024;

const CONTENT_ALERT = 21;
const SERVER_HELLO = 2;
/** legacy_version and random. */
const FIXED = 2 + 32;
/** cipher_suite and legacy_compression_method. */
const CHOSEN = 2 + 1;
const EXTENSION_SUPPORTED_VERSIONS = 43;
const TLS_1_3 = 0x0304;

/**
 * Parses a connection's first bytes. Returns "incomplete" while more bytes could complete an
 * answer, "malformed" if none can. A hello may be split over several records.
 */
export function readServerAnswer(bytes: Uint8Array): ServerAnswer | "incomplete" | "malformed" {
  if (bytes[0] === CONTENT_ALERT) {
    if (bytes.length < ALERT_RECORD_BYTES) return "incomplete";
    const alert = decodeAlert(bytes);
    return alert === undefined ? "malformed" : { alert };
  }
  const body = firstMessage(bytes, SERVER_HELLO, MAX_SERVER_HELLO);
  if (typeof body === "string") return body;
  const tls13 = readVersion(body);
  return tls13 === undefined ? "malformed" : { tls13 };
}

/** Whether the body of a ServerHello chooses TLS 1.3; undefined if it is malformed. */
function readVersion(body: Uint8Array): boolean | undefined {
  if (body.length < FIXED + 1) return undefined;
  let at = FIXED + 1 + body[FIXED] + CHOSEN; // after legacy_session_id_echo
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
