/** Discovery codes that belong to an open session. */
import {
  CODE_PADC,
  CODE_PADG,
  CODE_PADM,
  CODE_PADN,
  CODE_PADQ,
  CODE_PADT,
  CODE_SESSION,
  MAX_DISCOVERY,
  TAG_AC_COOKIE,
  TAG_CREDIT_SCALE_FACTOR,
  TAG_CREDITS,
  TAG_HOST_UNIQ,
  TAG_METRICS,
  TAG_SEQUENCE_NUMBER,
} from "./constants.ts";
import { discoveryLength } from "./tag_edit.ts";
import { encodeTags, readTags, type Tag, type TagFault } from "./tags.ts";

/** Why a session's packet is not forwarded. */
export type SessionCodeFault =
  /** The code of session frames in a discovery frame (RFC 2516 section 4). */
  | "code-wrong"
  /** A tag with a length that its definition does not allow (RFC 5578 appendix). */
  | "tag-length-wrong"
  /** Longer than an Ethernet payload. */
  | "tags-too-long";

/** Codes that only an AC sends: messages and routes (draft-carrel-info-pppoe-ext section 3). */
const AC_ONLY: ReadonlySet<number> = new Set([CODE_PADM, CODE_PADN]);
/**
 * Codes that either side sends: PADT (RFC 2516 section 5.5), credits and link quality (RFC 5578).
 */
const EITHER: ReadonlySet<number> = new Set([CODE_PADT, CODE_PADG, CODE_PADC, CODE_PADQ]);

/** Whether the code is defined for open sessions. */
export function isSessionCode(code: number): boolean {
  return AC_ONLY.has(code) || EITHER.has(code);
}

/** Whether a host may send this code; true for unknown codes. */
export function hostMaySend(code: number): boolean {
  return !AC_ONLY.has(code);
}

/** Allowed lengths of tag values (RFC 5578): an empty Metrics requests them. */
const LENGTHS: ReadonlyMap<number, readonly number[]> = new Map([
  [TAG_CREDITS, [4]],
  [TAG_METRICS, [0, 10]],
  [TAG_SEQUENCE_NUMBER, [2]],
  [TAG_CREDIT_SCALE_FACTOR, [2]],
]);

/**
 * Tags of requests and their answers: a Host-Uniq or a cookie of the proxy must not be forwarded.
 */
const OF_REQUESTS: ReadonlySet<number> = new Set([TAG_HOST_UNIQ, TAG_AC_COOKIE]);

/**
 * Returns the tags of a session's packet as they may be forwarded: well-formed, with nothing after
 * them.
 */
export function sessionTags(
  code: number,
  region: Uint8Array,
): Uint8Array | SessionCodeFault | TagFault {
  if (code === CODE_SESSION) return "code-wrong";
  const tags = readTags(region);
  if (typeof tags === "string") return tags;
  if (!tags.every(hasRightLength)) return "tag-length-wrong";
  const kept = tags.filter(({ type }) => !OF_REQUESTS.has(type));
  return discoveryLength(kept) <= MAX_DISCOVERY ? encodeTags(kept) : "tags-too-long";
}

function hasRightLength({ type, value }: Tag): boolean {
  return LENGTHS.get(type)?.includes(value.length) ?? true;
}
