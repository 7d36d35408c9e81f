import { libc } from "../libc.ts";

const AT_PHDR = 3n;
const AT_PHENT = 4n;
const AT_PHNUM = 5n;
const MADV_DONTNEED = 4;
const PAGE = 4096n;

// Elf64_Phdr (elf(5))
const TYPE_AT = 0;
const FLAGS_AT = 4;
const ADDRESS_AT = 16;
const SIZE_AT = 40;
const PT_LOAD = 1;
const PT_PHDR = 6;
const PF_W = 2;

/** Returns the free memory of malloc(3) to the system (malloc_trim(3)). */
export function trimHeap(): void {
  libc().mallocTrim(0);
}

/**
 * Releases the executable's pages, most of which only serve startup: compiling, reading the
 * configuration. They are unchanged copies of the file, so a page that is still needed returns from
 * the page cache when next used (madvise(2), MADV_DONTNEED on a private read-only file mapping).
 * Leaves writable segments alone. Returns the number of bytes of address space released.
 */
export function dropStartupPages(): bigint {
  const table = libc().getauxval(AT_PHDR);
  const headers = Deno.UnsafePointer.create(table);
  const entry = Number(libc().getauxval(AT_PHENT));
  const count = Number(libc().getauxval(AT_PHNUM));
  if (headers === null || count === 0) return 0n;
  const view = new DataView(Deno.UnsafePointerView.getArrayBuffer(headers, entry * count));
  let base: bigint | undefined;
  let dropped = 0n;
  for (let i = 0; i < count; i++) {
    const at = i * entry;
    const type = view.getUint32(at + TYPE_AT, true);
    const address = view.getBigUint64(at + ADDRESS_AT, true);
    if (type === PT_PHDR) base = table - address;
    if (base === undefined || type !== PT_LOAD) continue;
    if ((view.getUint32(at + FLAGS_AT, true) & PF_W) !== 0) continue;
    // Only whole pages inside the segment: an adjacent segment may be writable.
    const begin = (base + address + PAGE - 1n) / PAGE * PAGE;
    const end = (base + address + view.getBigUint64(at + SIZE_AT, true)) / PAGE * PAGE;
    if (end <= begin) continue;
    if (libc().madvise(Deno.UnsafePointer.create(begin), end - begin, MADV_DONTNEED) === 0) {
      dropped += end - begin;
    }
  }
  return dropped;
}
