import { TAG_END_OF_LIST } from "./constants.ts";

/** A tag of a discovery packet: type, length and value without alignment (RFC 2516 section 4). */
export interface Tag {
  readonly type: number;
  /** A view of the packet, not a copy, if it comes from `readTags`. */
  readonly value: Uint8Array;
}

/** Why bytes are not a list of tags. */
export type TagFault =
  /** One to three bytes are left where a tag header needs four. */
  | "tag-truncated"
  /** A tag extends beyond the packet. */
  | "tag-overrun";

const TAG_HEADER = 4;

/**
 * Parses the tags in `region`, in order. End-Of-List ends the list (RFC 2516 appendix A): neither
 * it nor anything after it is part of the result.
 */
export function readTags(region: Uint8Array): Tag[] | TagFault {
  const tags: Tag[] = [];
  for (let at = 0; at < region.length;) {
    if (region.length - at < TAG_HEADER) return "tag-truncated";
    const type = region[at] << 8 | region[at + 1];
    if (type === TAG_END_OF_LIST) break;
    const from = at + TAG_HEADER;
    const to = from + (region[at + 2] << 8 | region[at + 3]);
    if (to > region.length) return "tag-overrun";
    tags.push({ type, value: region.subarray(from, to) });
    at = to;
  }
  return tags;
}

/** Returns the value of the first tag of a type. */
export function findTag(tags: readonly Tag[], type: number): Uint8Array | undefined {
  return tags.find((tag) => tag.type === type)?.value;
}

/** Returns the number of tags of a type. */
export function countTags(tags: readonly Tag[], type: number): number {
  return tags.filter((tag) => tag.type === type).length;
}

/** Returns the number of bytes that `encodeTags` writes. */
export function tagsLength(tags: readonly Tag[]): number {
  return tags.reduce((sum, { value }) => sum + TAG_HEADER + value.length, 0);
}

/** Encodes the tags, without an End-Of-List (which is optional). */
export function encodeTags(tags: readonly Tag[]): Uint8Array {
  const out = new Uint8Array(tagsLength(tags));
  let at = 0;
  for (const { type, value } of tags) {
    out[at] = type >> 8;
    out[at + 1] = type;
    out[at + 2] = value.length >> 8;
    out[at + 3] = value.length;
    out.set(value, at + TAG_HEADER);
    at += TAG_HEADER + value.length;
  }
  return out;
}
