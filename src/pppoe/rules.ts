import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  CODE_PADT,
  RESERVED_SESSION_ID,
  TAG_HOST_UNIQ,
  TAG_SERVICE_NAME,
} from "./constants.ts";
import type { DiscoveryPacket } from "./frame.ts";
import { BROADCAST, isGroupAddress } from "./mac.ts";
import { countTags, type Tag } from "./tags.ts";

/** The rule of its code that a discovery packet violates. */
export type CodeFault =
  /** The source is a group address or zero. */
  | "source-not-unicast"
  /** A PADI that is not broadcast (RFC 2516 section 5.1). */
  | "padi-not-broadcast"
  /** Any other packet that is not unicast (RFC 2516 sections 5.2 to 5.5). */
  | "destination-not-unicast"
  /** PADI, PADO or PADR with a session id (sections 5.1 to 5.3), or PADT without one (5.5). */
  | "session-id-wrong"
  /** Session id 0xffff (RFC 2516 section 4). */
  | "session-id-reserved"
  /** PADI or PADR without exactly one Service-Name (sections 5.1, 5.3). */
  | "service-name-count"
  /** More than one Host-Uniq: it is undefined which one to echo. */
  | "host-uniq-duplicate";

/**
 * Checks a packet against the rules of its code. Strict with requests, which the proxy answers for;
 * lenient with what ACs add or omit. Unknown codes pass.
 */
export function checkDiscovery(
  packet: DiscoveryPacket,
  tags: readonly Tag[],
): CodeFault | undefined {
  const { code, sessionId, destination, source } = packet;
  if (source === 0 || isGroupAddress(source)) return "source-not-unicast";
  if (sessionId === RESERVED_SESSION_ID) return "session-id-reserved";
  if (code === CODE_PADI && destination !== BROADCAST) return "padi-not-broadcast";
  const unicast = code === CODE_PADO || code === CODE_PADR || code === CODE_PADS ||
    code === CODE_PADT;
  if (unicast && isGroupAddress(destination)) return "destination-not-unicast";
  const before = code === CODE_PADI || code === CODE_PADO || code === CODE_PADR;
  if (before && sessionId !== 0) return "session-id-wrong";
  if (code === CODE_PADT && sessionId === 0) return "session-id-wrong";
  if (code !== CODE_PADI && code !== CODE_PADR) return undefined;
  if (countTags(tags, TAG_SERVICE_NAME) !== 1) return "service-name-count";
  return countTags(tags, TAG_HOST_UNIQ) > 1 ? "host-uniq-duplicate" : undefined;
}
