/** Discovery packets that the proxy itself sends. */
import {
  CODE_PADO,
  CODE_PADS,
  CODE_PADT,
  ETHERTYPE_DISCOVERY,
  MAX_DISCOVERY,
  TAG_HOST_UNIQ,
  TAG_RELAY_SESSION_ID,
  TAG_SERVICE_NAME,
} from "./constants.ts";
import { type DiscoveryPacket, encodeDiscovery } from "./frame.ts";
import type { Mac } from "./mac.ts";
import { discoveryLength, removeTag } from "./tag_edit.ts";
import { encodeTags, type Tag } from "./tags.ts";

/** Builds a PADT frame (RFC 2516 section 5.5). */
export function padt(
  destination: Mac,
  source: Mac,
  sessionId: number,
  tags: readonly Tag[] = [],
  etherType = ETHERTYPE_DISCOVERY,
): Uint8Array {
  const packet = { destination, source, code: CODE_PADT, sessionId, tags: encodeTags(tags) };
  return encodeDiscovery(packet, etherType);
}

/** Builds the PADS that refuses a PADR: session id 0 and an error tag (RFC 2516 section 5.4). */
export function padsError(
  request: DiscoveryPacket,
  tags: readonly Tag[],
  error: Tag,
  etherType = ETHERTYPE_DISCOVERY,
): Uint8Array {
  return answer(request, CODE_PADS, tags, error, etherType);
}

/** Builds the PADO that refuses a PADI; `request.destination` is the address to answer from. */
export function padoError(
  request: DiscoveryPacket,
  tags: readonly Tag[],
  error: Tag,
  etherType = ETHERTYPE_DISCOVERY,
): Uint8Array {
  return answer(request, CODE_PADO, tags, error, etherType);
}

/** Tags of a request that every answer returns unmodified (RFC 2516 appendix A). */
const ECHOED: readonly number[] = [TAG_SERVICE_NAME, TAG_HOST_UNIQ, TAG_RELAY_SESSION_ID];

function answer(
  request: DiscoveryPacket,
  code: number,
  tags: readonly Tag[],
  error: Tag,
  etherType: number,
): Uint8Array {
  const echoed = tags.filter(({ type }) => ECHOED.includes(type));
  const packet = {
    destination: request.source,
    source: request.destination,
    code,
    sessionId: 0,
    tags: encodeTags(refusal(echoed, error)),
  };
  return encodeDiscovery(packet, etherType);
}

/**
 * Returns the error followed by the echoed tags, limited to one Ethernet payload. If a full request
 * leaves too little room, the error's text is cut; if not even its header fits, the Service-Name is
 * dropped, since the host can match its request by the other two.
 */
function refusal(echoed: readonly Tag[], error: Tag): Tag[] {
  const { type, value } = error;
  const room = (rest: readonly Tag[]) =>
    MAX_DISCOVERY - discoveryLength([{ type, value: new Uint8Array(0) }, ...rest]);
  const rest = room(echoed) >= 0 ? echoed : removeTag(echoed, TAG_SERVICE_NAME);
  return [{ type, value: cutText(value, Math.max(0, room(rest))) }, ...rest];
}

/** Returns the first `room` bytes of UTF-8 text, without cutting a character in two. */
function cutText(text: Uint8Array, room: number): Uint8Array {
  if (text.length <= room) return text;
  let end = room;
  while (end > 0 && (text[end] & 0xc0) === 0x80) end--;
  return text.subarray(0, end);
}
