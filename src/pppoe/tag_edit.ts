import { CODE_PADI, MAX_DISCOVERY, MAX_PADI, PPPOE_HEADER } from "./constants.ts";
import { type Tag, tagsLength } from "./tags.ts";

/**
 * The tags with the first of `type` replaced and further ones of it removed; appended, that is
 * before any End-Of-List, where there was none. All others stay as they are, in order.
 */
export function replaceTag(tags: readonly Tag[], type: number, value: Uint8Array): Tag[] {
  const at = tags.findIndex((tag) => tag.type === type);
  if (at < 0) return [...tags, { type, value }];
  return tags.flatMap((tag, index) => {
    if (index === at) return [{ type, value }];
    return tag.type === type ? [] : [tag];
  });
}

/** The tags without those of `type`. */
export function removeTag(tags: readonly Tag[], type: number): Tag[] {
  return tags.filter((tag) => tag.type !== type);
}

/** The tags with this as the only one of `type`; undefined for none. */
export function setTag(tags: readonly Tag[], type: number, value: Uint8Array | undefined): Tag[] {
  return value === undefined ? removeTag(tags, type) : replaceTag(tags, type, value);
}

/** Bytes of a discovery packet with these tags, with the PPPoE header. */
export function discoveryLength(tags: readonly Tag[]): number {
  return PPPOE_HEADER + tagsLength(tags);
}

/** Whether a packet of this code may have these tags: 1,484 bytes for PADI, else 1,500. */
export function fitsDiscovery(code: number, tags: readonly Tag[]): boolean {
  return discoveryLength(tags) <= (code === CODE_PADI ? MAX_PADI : MAX_DISCOVERY);
}
