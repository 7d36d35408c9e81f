import { CODE_PADI, MAX_DISCOVERY, MAX_PADI, PPPOE_HEADER } from "./constants.ts";
import { type Tag, tagsLength } from "./tags.ts";

/**
 * Returns the tags with the first of `type` replaced and further ones removed. If there was none,
 * the new tag is appended; `readTags` has dropped any End-Of-List. All others stay unchanged, in
 * order.
 */
export function replaceTag(tags: readonly Tag[], type: number, value: Uint8Array): Tag[] {
  const at = tags.findIndex((tag) => tag.type === type);
  if (at < 0) return [...tags, { type, value }];
  return tags.flatMap((tag, index) => {
    if (index === at) return [{ type, value }];
    return tag.type === type ? [] : [tag];
  });
}

/** Returns the tags without those of `type`. */
export function removeTag(tags: readonly Tag[], type: number): Tag[] {
  return tags.filter((tag) => tag.type !== type);
}

/** Returns the tags with this value as the only one of `type`; with undefined, without any. */
export function setTag(tags: readonly Tag[], type: number, value: Uint8Array | undefined): Tag[] {
  return value === undefined ? removeTag(tags, type) : replaceTag(tags, type, value);
}

/** Returns the size of a discovery packet with these tags, including the PPPoE header, in bytes. */
export function discoveryLength(tags: readonly Tag[]): number {
  return PPPOE_HEADER + tagsLength(tags);
}

/**
 * Whether a packet of this code may have these tags: up to 1,484 bytes for a PADI, 1,500 for
 * others.
 */
export function fitsDiscovery(code: number, tags: readonly Tag[]): boolean {
  return discoveryLength(tags) <= (code === CODE_PADI ? MAX_PADI : MAX_DISCOVERY);
}
