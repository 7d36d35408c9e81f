import { type Mac, readMac } from "../pppoe/mac.ts";

/** Whose wire a frame is shown as on: the customer's, or the access concentrator's. */
export type CaptureSide = "customer" | "ac";

/** Which frames are wanted; what is left out does not matter. */
export interface CaptureFilter {
  /** The far proxy's name: on a server its client's, on a client its server's address. */
  client?: string | undefined;
  /** An address of the frame, of its session's customer or of that session's AC. */
  mac?: Mac | undefined;
  /** The AC's session id, or the one on this side's wire. */
  sessionId?: number | undefined;
  side?: CaptureSide | undefined;
}

/** What is looked at of a session. */
export interface SessionFacts {
  readonly customer: Mac;
  readonly concentrator: Mac;
  readonly acSessionId: number;
  readonly wireSessionId: number;
}

/** Whether a session's frames are wanted. */
export function wantsSession(
  filter: CaptureFilter,
  client: string,
  side: CaptureSide,
  session: SessionFacts,
): boolean {
  const { mac, sessionId } = filter;
  if (!wantsSource(filter, client, side)) return false;
  if (mac !== undefined && mac !== session.customer && mac !== session.concentrator) return false;
  return sessionId === undefined || sessionId === session.acSessionId ||
    sessionId === session.wireSessionId;
}

/** Whether a discovery frame is wanted; `customer` is who it is from or for, as far as that is known. */
export function wantsDiscovery(
  filter: CaptureFilter,
  client: string | undefined,
  side: CaptureSide,
  customer: Mac | undefined,
  frame: Uint8Array,
): boolean {
  const { mac, sessionId } = filter;
  if (!wantsSource(filter, client, side)) return false;
  const isOfMac = mac === undefined || mac === customer || mac === readMac(frame, 0) ||
    mac === readMac(frame, 6);
  return isOfMac && (sessionId === undefined || sessionId === (frame[16] << 8 | frame[17]));
}

function wantsSource(
  filter: CaptureFilter,
  client: string | undefined,
  side: CaptureSide,
): boolean {
  return (filter.client === undefined || filter.client === client) &&
    (filter.side === undefined || filter.side === side);
}
