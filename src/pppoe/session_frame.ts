/** Reads session frames in place, without allocation. */
import { RESERVED_SESSION_ID, SESSION_HEADER } from "./constants.ts";

/** Why a frame is not a session frame (RFC 2516 section 6). */
export type SessionFault =
  | "frame-short"
  | "version-wrong"
  /** CODE is not 0. */
  | "code-wrong"
  | "length-overrun"
  /** Session id 0: no session yet. */
  | "session-id-zero"
  | "session-id-reserved";

/** Returns the fault of the frame of `length` bytes at `at`; its EtherType is not checked. */
export function sessionFault(
  view: DataView,
  at: number,
  length: number,
): SessionFault | undefined {
  if (length < SESSION_HEADER) return "frame-short";
  const head = view.getUint32(at + 14);
  if (head >>> 16 !== 0x1100) return head >>> 24 === 0x11 ? "code-wrong" : "version-wrong";
  const id = head & 0xffff;
  if (id === 0) return "session-id-zero";
  if (id === RESERVED_SESSION_ID) return "session-id-reserved";
  return SESSION_HEADER + view.getUint16(at + 18) > length ? "length-overrun" : undefined;
}

/** Returns SESSION_ID of the frame at `at`. */
export function sessionId(view: DataView, at: number): number {
  return view.getUint16(at + 16);
}

/** Returns LENGTH of the frame at `at`: bytes of PPP payload without padding. */
export function payloadLength(view: DataView, at: number): number {
  return view.getUint16(at + 18);
}
