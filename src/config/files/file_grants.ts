import type { FileFacts } from "../../../ffi/file/open_file.ts";

/** Permission bits of one entry. */
export const READ = 4;
export const WRITE = 2;
const ALL = 7;

/** Permissions on a file for users other than its owner. */
export interface Grant {
  /** For messages: `group 33`, `others`, `uid 1000`. */
  who: string;
  bits: number;
  /** User id, for an entry of a single user. */
  user?: number;
}

/**
 * Layout of `system.posix_acl_access` (linux/posix_acl_xattr.h): version, then tag, bits and id of
 * each entry.
 */
const VERSION = 2;
const HEADER = 4;
const ENTRY = 8;
const TAG_USER = 0x02;
const TAG_GROUP_OWNER = 0x04;
const TAG_GROUP = 0x08;
const TAG_MASK = 0x10;
const TAG_OTHER = 0x20;

interface Entry {
  tag: number;
  bits: number;
  id: number;
}

/** Permissions of others on a file, from its access control list (acl(5)) or else from its mode. */
export function grantsOf({ mode, gid, acl }: FileFacts): Grant[] {
  if (acl === undefined) {
    return [
      { who: `group ${gid}`, bits: mode >> 3 & ALL },
      { who: "others", bits: mode & ALL },
    ];
  }
  const entries = entriesOf(acl);
  // A list that cannot be parsed may grant anything.
  if (entries === undefined) return [{ who: "others", bits: ALL }];
  const mask = entries.find(({ tag }) => tag === TAG_MASK)?.bits ?? ALL;
  return entries.flatMap(({ tag, bits, id }): Grant[] => {
    switch (tag) {
      case TAG_USER:
        return [{ who: `uid ${id}`, bits: bits & mask, user: id }];
      case TAG_GROUP_OWNER:
        return [{ who: `group ${gid}`, bits: bits & mask }];
      case TAG_GROUP:
        return [{ who: `group ${id}`, bits: bits & mask }];
      case TAG_OTHER:
        return [{ who: "others", bits }];
      default:
        return [];
    }
  });
}

function entriesOf(acl: Uint8Array): Entry[] | undefined {
  const view = new DataView(acl.buffer, acl.byteOffset, acl.byteLength);
  if (acl.length < HEADER || view.getUint32(0, true) !== VERSION) return undefined;
  if ((acl.length - HEADER) % ENTRY !== 0) return undefined;
  return Array.from({ length: (acl.length - HEADER) / ENTRY }, (_, index) => {
    const at = HEADER + index * ENTRY;
    const [tag, bits] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    return { tag, bits, id: view.getUint32(at + 4, true) };
  });
}
