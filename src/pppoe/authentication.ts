/** Answers of PPP's authentication protocols, read in place. */

/** Protocol numbers: PAP (RFC 1334), CHAP (RFC 1994), EAP (RFC 3748 section 3.2.1). */
const PAP = 0xc023;
const CHAP = 0xc223;
const EAP = 0xc227;
/** Codes that refuse: Authenticate-Nak (RFC 1334 section 2.2.2), Failure (RFC 1994 4.2, RFC 3748 4.2). */
const PAP_NAK = 3;
const FAILURE = 4;
/** Size of protocol, code, identifier and length, in bytes. */
const HEADER = 6;
/** Maximum number of bytes kept of a message. */
const MAX_TEXT = 200;
/** MS-CHAPv2 puts a challenge into its message (RFC 2759 section 6), which says nothing to people. */
const CHALLENGE = / ?\bC=[0-9A-F]{32}\b/i;

/** A login that the peer refuses. */
export interface LoginRefusal {
  readonly protocol: "PAP" | "CHAP" | "EAP";
  /** The peer's message; empty if there is none. */
  readonly text: string;
}

/** Whether the PPP frame of `length` bytes at `at` may refuse a login. */
export function isAuthentication(bytes: Uint8Array, at: number, length: number): boolean {
  return bytes[at] >= 0xc0 && length >= HEADER && protocolAt(bytes, at) !== undefined;
}

/**
 * Returns the refusal in the PPP frame of `length` bytes at `at`, protocol field included; undefined
 * if it is none.
 */
export function loginRefusal(
  bytes: Uint8Array,
  at: number,
  length: number,
): LoginRefusal | undefined {
  const protocol = length < HEADER ? undefined : protocolAt(bytes, at);
  if (protocol === undefined) return undefined;
  if (bytes[at + 2] !== (protocol === "PAP" ? PAP_NAK : FAILURE)) return undefined;
  const said = bytes[at + 4] << 8 | bytes[at + 5];
  if (said < HEADER - 2 || said > length - 2) return undefined; // RFC 1661 section 5: discarded
  const text = bytes.subarray(at + HEADER, at + 2 + said);
  if (protocol === "EAP") return { protocol, text: "" };
  // PAP has the length of its message before it.
  const message = protocol === "PAP" ? text.subarray(1, 1 + (text[0] ?? 0)) : text;
  return { protocol, text: decoded(message) };
}

function protocolAt(bytes: Uint8Array, at: number): LoginRefusal["protocol"] | undefined {
  switch (bytes[at] << 8 | bytes[at + 1]) {
    case PAP:
      return "PAP";
    case CHAP:
      return "CHAP";
    case EAP:
      return "EAP";
  }
  return undefined;
}

function decoded(message: Uint8Array): string {
  return new TextDecoder().decode(message.subarray(0, MAX_TEXT)).replace(CHALLENGE, "").trim();
}
