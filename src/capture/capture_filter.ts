import { type Mac, readMac } from "../pppoe/mac.ts";

/** The wire on which a frame is shown: the customer's, or the access concentrator's. */
export type CaptureSide = "customer" | "ac";

/** Selects frames; an omitted field does not restrict. */
export interface CaptureFilter {
  /** The peer's name: on a server the client's, on a client the server's address. */
  peer?: string | undefined;
  /** An address of the frame, of its session's customer or of that session's AC. */
  mac?: Mac | undefined;
  /** The AC's session id, or the one on this side's wire. */
  sessionId?: number | undefined;
  side?: CaptureSide | undefined;
}

/** The fields of a session that a filter uses. */
export interface SessionFacts {
  readonly customer: Mac;
  readonly concentrator: Mac;
  readonly acSessionId: number;
  readonly wireSessionId: number;
}

/** Whether the filter matches a session's frames. */
export function wantsSession(
  filter: CaptureFilter,
  peer: string,
  side: CaptureSide,
  session: SessionFacts,
): boolean {
  const { mac, sessionId } = filter;
  if (!wantsSource(filter, peer, side)) return false;
  if (mac !== undefined && mac !== session.customer && mac !== session.concentrator) return false;
  return sessionId === undefined || sessionId === session.acSessionId ||
    sessionId === session.wireSessionId;
}

/**
 * Whether the filter matches a discovery frame; `customer` is its sender or recipient on the
 * customers' side, if known.
 */
export function wantsDiscovery(
  filter: CaptureFilter,
  peer: string | undefined,
  side: CaptureSide,
  customer: Mac | undefined,
  frame: Uint8Array,
): boolean {
  const { mac, sessionId } = filter;
  if (!wantsSource(filter, peer, side)) return false;
  const isOfMac = mac === undefined || mac === customer || mac === readMac(frame, 0) ||
    mac === readMac(frame, 6);
  return isOfMac && (sessionId === undefined || sessionId === (frame[16] << 8 | frame[17]));
}

function wantsSource(
  filter: CaptureFilter,
  peer: string | undefined,
  side: CaptureSide,
): boolean {
  return (filter.peer === undefined || filter.peer === peer) &&
    (filter.side === undefined || filter.side === side);
}
