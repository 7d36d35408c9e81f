import { UNPRINTABLE } from "../printable.ts";

/**
 * Why tunnels end. Both sides log the word, which is also the metric's label; a close record has
 * the number.
 */
export const CLOSE_CODES = {
  "shutdown": 1,
  "not-authenticated": 2,
  "unsupported-version": 3,
  "protocol-violation": 4,
  "keepalive-timeout": 5,
  "replaced": 6,
  "too-many-connections": 7,
  "handshake-timeout": 8,
  "moved": 9,
  "restart": 10,
  "name-in-use": 11,
} as const;

/** Reasons that can be sent to the peer. */
export type CloseCode = keyof typeof CLOSE_CODES;

/** How a tunnel ended, seen from this side. */
export interface TunnelEnd {
  /** Our reason or the peer's, or "connection-lost" if neither gave one. */
  reason: CloseCode | "connection-lost" | "not-reading" | "unknown-reason";
  /** The party that ended it. */
  by: "us" | "peer" | "network";
  /** Details in words: the violation, or the operating system's error. */
  detail: string;
  /** What the peer of a failed login claimed to be; only for this side's log. */
  claim?: Claim;
}

/** A client's name, before it is proven. */
export interface Claim {
  readonly name: string;
  /** Whether a client of this name is configured. */
  readonly isKnown: boolean;
}

/** Maximum length of the detail in a close record, in UTF-8 bytes. */
const MAX_DETAIL = 200;

/** Encodes the body of a close record: one byte of code, then UTF-8 text. */
export function encodeClose(code: CloseCode, detail: string): Uint8Array {
  const out = new Uint8Array(1 + MAX_DETAIL);
  out[0] = CLOSE_CODES[code];
  const { written } = new TextEncoder().encodeInto(detail, out.subarray(1));
  return out.subarray(0, 1 + written);
}

/** Decodes a close record; codes of later versions become "unknown-reason". */
export function decodeClose(body: Uint8Array): TunnelEnd {
  const known = Object.entries(CLOSE_CODES).find(([, code]) => code === body[0]);
  const text = new TextDecoder().decode(body.subarray(1, 1 + MAX_DETAIL));
  return {
    reason: known === undefined ? "unknown-reason" : known[0] as CloseCode,
    by: "peer",
    // The peer's text ends up in our log, where it must not forge a line.
    detail: text.replace(UNPRINTABLE, "?"),
  };
}

/** Describes a lost connection; a missing close_notify (a killed peer) is just "end of stream". */
export function lossDetail(cause: unknown): string {
  if (cause instanceof Deno.errors.UnexpectedEof) return "end of stream";
  return cause instanceof Error ? cause.message : String(cause);
}
