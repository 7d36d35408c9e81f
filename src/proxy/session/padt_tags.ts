import { TAG_AC_COOKIE, TAG_HOST_UNIQ, TAG_RELAY_SESSION_ID } from "../../pppoe/constants.ts";
import { encodeTags, readTags } from "../../pppoe/tags.ts";

/** Tags that have a meaning on one side only, and that no PADT needs (RFC 2516 section 5.5). */
const ONE_SIDED: ReadonlySet<number> = new Set([
  TAG_HOST_UNIQ,
  TAG_AC_COOKIE,
  TAG_RELAY_SESSION_ID,
]);

/** Returns a PADT's tags for the other side: its error texts, without one side's private tags. */
export function padtTags(region: Uint8Array): Uint8Array {
  const tags = readTags(region);
  if (typeof tags === "string") return new Uint8Array(0);
  return encodeTags(tags.filter(({ type }) => !ONE_SIDED.has(type)));
}
