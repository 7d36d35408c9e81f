import { TAG_AC_NAME, TAG_SERVICE_NAME } from "../../pppoe/constants.ts";
import { parseDiscovery } from "../../pppoe/frame.ts";
import { findTag, readTags, type Tag } from "../../pppoe/tags.ts";

/** Names of AC and service; empty if not given. */
export interface SessionNames {
  readonly ac: string;
  readonly service: string;
}

/** No names known. */
export const NO_NAMES: SessionNames = { ac: "", service: "" };

/** Maximum length of a kept name, in bytes; tags may have about 1,450. */
const MAX_NAME = 64;
/** Maximum number of pairs shared by sessions; further ones are not shared. */
const MAX_SHARED = 256;

const decoder = new TextDecoder();

/** Returns the name in a tag of this type, UTF-8 (RFC 2516 appendix A); empty without one. */
export function nameIn(tags: readonly Tag[], type: number): string {
  const value = findTag(tags, type);
  return value === undefined ? "" : decoder.decode(value.subarray(0, MAX_NAME));
}

/** Returns the Service-Name that a discovery frame asks for; empty for any. */
export function serviceIn(frame: Uint8Array, etherType: number): string {
  const packet = parseDiscovery(frame, etherType);
  const tags = typeof packet === "string" ? [] : readTags(packet.tags);
  return typeof tags === "string" ? "" : nameIn(tags, TAG_SERVICE_NAME);
}

/** Shares names: thousands of sessions with the same names use one object. */
export class SharedNames {
  #shared = new Map<string, SessionNames>();

  /**
   * Returns the names in a PADS; `ac` is the AC's name from its offer, used if the PADS has none.
   */
  of(tags: readonly Tag[], ac: string): SessionNames {
    return this.share({
      ac: nameIn(tags, TAG_AC_NAME) || ac,
      service: nameIn(tags, TAG_SERVICE_NAME),
    });
  }

  /** Returns a shared object with these names. */
  share(names: SessionNames): SessionNames {
    const key = `${names.ac}\0${names.service}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    if (this.#shared.size < MAX_SHARED) this.#shared.set(key, names);
    return names;
  }
}
