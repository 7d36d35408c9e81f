/**
 * Unencrypted TLS alerts, sent or received before there are keys (RFC 8446 section 6): a server
 * uses them to refuse a connection in a way that every TLS client understands.
 */

/** Descriptions of alerts (RFC 8446 section 6). */
export const TlsAlert = {
  closeNotify: 0,
  handshakeFailure: 40,
  decodeError: 50,
  protocolVersion: 70,
  internalError: 80,
  noApplicationProtocol: 120,
} as const;

/** Sent before TLS when the server has no room for another connection. */
export const TOO_BUSY = TlsAlert.internalError;

/** Length of a record with one alert, in bytes. */
export const ALERT_RECORD_BYTES = 7;

const CONTENT_ALERT = 21;
const FATAL = 2;

/**
 * Encodes a fatal alert in an unencrypted record; TLS 1.3 too has version 1.2 (RFC 8446 section
 * 5.1).
 */
export function encodeAlert(description: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(CONTENT_ALERT, 3, 3, 0, 2, FATAL, description);
}

/** The description of the alert at the start of `bytes`; undefined if they begin with none. */
export function decodeAlert(bytes: Uint8Array): number | undefined {
  if (bytes.length < ALERT_RECORD_BYTES || bytes[0] !== CONTENT_ALERT) return undefined;
  return bytes[3] === 0 && bytes[4] === 2 ? bytes[6] : undefined;
}

const WORDS: Readonly<Record<number, string>> = {
  [TlsAlert.closeNotify]: "the server closed the connection before TLS began",
  [TlsAlert.handshakeFailure]: "the server and this client have no TLS parameters in common",
  [TlsAlert.decodeError]: "the server could not read our TLS hello; is there a device in between?",
  [TlsAlert.protocolVersion]: "the server does not accept TLS 1.3",
  [TlsAlert.internalError]: "the server is too busy: it has too many unauthenticated connections",
  [TlsAlert.noApplicationProtocol]: "the server is not a pppoe-proxy, or has another version",
};

/** Describes a server's alert, as part of a sentence. */
export function describeAlert(description: number): string {
  return WORDS[description] ?? `the server refused TLS with alert ${description}`;
}
