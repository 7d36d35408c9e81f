/** POSIX access control lists in the kernel's format (linux/posix_acl_xattr.h). */

type Entry = [id: number, bits: number];

/**
 * Encodes a list in which the owner may read; all other permissions are as given, by default none.
 */
export function aclOf(
  { users = [], groups = [], group = 0, other = 0, mask }: {
    users?: Entry[];
    groups?: Entry[];
    group?: number;
    other?: number;
    mask: number;
  },
): Uint8Array {
  const nobody = 0xffffffff;
  const entries = [
    [0x01, 4, nobody],
    ...users.map(([id, bits]) => [0x02, bits, id]),
    [0x04, group, nobody],
    ...groups.map(([id, bits]) => [0x08, bits, id]),
    [0x10, mask, nobody],
    [0x20, other, nobody],
  ];
  const bytes = new Uint8Array(4 + 8 * entries.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 2, true);
  for (const [index, [tag, bits, id]] of entries.entries()) {
    view.setUint16(4 + 8 * index, tag, true);
    view.setUint16(6 + 8 * index, bits, true);
    view.setUint32(8 + 8 * index, id, true);
  }
  return bytes;
}

/** Sets a file's access control list. Throws an Error if the file system does not support it. */
export function setAcl(path: string, acl: Uint8Array): void {
  using libc = openLibc();
  const text = (value: string) => new TextEncoder().encode(`${value}\0`);
  const name = text("system.posix_acl_access");
  const code = libc.symbols.setxattr(text(path), name, new Uint8Array(acl), acl.length, 0);
  if (code !== 0) throw new Error(`Cannot set the access control list of "${path}"`);
}

function openLibc() {
  const library = Deno.dlopen("libc.so.6", {
    setxattr: { parameters: ["buffer", "buffer", "buffer", "u32", "i32"], result: "i32" },
  });
  return { symbols: library.symbols, [Symbol.dispose]: () => library.close() };
}
