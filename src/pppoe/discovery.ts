/** Discovery packets that the proxy itself speaks. */
import {
  CODE_PADO,
  CODE_PADS,
  CODE_PADT,
  TAG_HOST_UNIQ,
  TAG_RELAY_SESSION_ID,
  TAG_SERVICE_NAME,
} from "./constants.ts";
import { type DiscoveryPacket, encodeDiscovery } from "./frame.ts";
import type { Mac } from "./mac.ts";
import { encodeTags, type Tag } from "./tags.ts";

/** A PADT frame (RFC 2516 section 5.5). */
export function padt(
  destination: Mac,
  source: Mac,
  sessionId: number,
  tags: readonly Tag[] = [],
): Uint8Array {
  return encodeDiscovery({
    destination,
    source,
    code: CODE_PADT,
    sessionId,
    tags: encodeTags(tags),
  });
}

/** The PADS that refuses a PADR: session id 0 and an error tag (RFC 2516 section 5.4). */
export function padsError(request: DiscoveryPacket, tags: readonly Tag[], error: Tag): Uint8Array {
  return answer(request, CODE_PADS, tags, error);
}

/** The PADO that refuses a PADI; `request.destination` is the address to answer from. */
export function padoError(request: DiscoveryPacket, tags: readonly Tag[], error: Tag): Uint8Array {
  return answer(request, CODE_PADO, tags, error);
}

/** Tags of a request that any answer returns unmodified (RFC 2516 appendix A). */
const ECHOED: readonly number[] = [TAG_SERVICE_NAME, TAG_HOST_UNIQ, TAG_RELAY_SESSION_ID];

function answer(
  request: DiscoveryPacket,
  code: number,
  tags: readonly Tag[],
  error: Tag,
): Uint8Array {
  const echoed = tags.filter(({ type }) => ECHOED.includes(type));
  return encodeDiscovery({
    destination: request.source,
    source: request.destination,
    code,
    sessionId: 0,
    // The error goes first: it is short, and what is echoed may fill the frame.
    tags: encodeTags([error, ...echoed]),
  });
}
