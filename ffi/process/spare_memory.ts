import { libc } from "../libc.ts";

const AT_PHDR = 3n;
const AT_PHENT = 4n;
const AT_PHNUM = 5n;
/** The size of a page: 4, 16 or 64 KiB on ARM64 (getauxval(3)). */
const AT_PAGESZ = 6n;
const MADV_DONTNEED = 4;

// Elf64_Phdr (elf(5))
const TYPE_AT = 0;
const FLAGS_AT = 4;
const ADDRESS_AT = 16;
const SIZE_AT = 40;
const PT_LOAD = 1;
const PT_PHDR = 6;
const PF_W = 2;

/** <malloc.h>: M_MMAP_THRESHOLD of mallopt(3) */
const M_MMAP_THRESHOLD = -3;
/** The threshold's initial value, in bytes. */
const LARGE = 128 * 1024;

/**
 * Lets malloc(3) give large blocks pages of their own for good (mallopt(3), M_MMAP_THRESHOLD). By
 * default it stops doing so once a large block has been freed, and tables and buffers made later
 * are then cleared, so that all their pages exist whether used or not. Without effect on musl.
 */
export function mapLargeBlocks(): void {
  libc().mallopt?.(M_MMAP_THRESHOLD, LARGE);
}

/** Returns the free memory of malloc(3) to the system (malloc_trim(3)). Without effect on musl. */
export function trimHeap(): void {
  libc().mallocTrim?.(0);
}

/** Pages of files that are mapped and never written, from address `begin` to `end`. */
interface Range {
  begin: bigint;
  end: bigint;
}

let ranges: readonly Range[] | undefined;

/**
 * Releases the pages of the executable and the code of its libraries, most of which only serve
 * startup: compiling, reading the configuration. They are unchanged copies of files, so a page that
 * is still needed returns from the page cache when next used (madvise(2), MADV_DONTNEED on a private
 * read-only file mapping). Leaves writable segments alone. Returns the number of bytes of address
 * space released.
 */
export function dropStartupPages(): bigint {
  // What is mapped at the first call stays mapped as long as the process runs.
  ranges ??= [...executableSegments(), ...mappedCode(Deno.readTextFileSync("/proc/self/maps"))];
  let dropped = 0n;
  for (const { begin, end } of ranges) {
    if (libc().madvise(Deno.UnsafePointer.create(begin), end - begin, MADV_DONTNEED) === 0) {
      dropped += end - begin;
    }
  }
  return dropped;
}

/** The segments of the executable that are not writable. */
function executableSegments(): Range[] {
  const table = libc().getauxval(AT_PHDR);
  const headers = Deno.UnsafePointer.create(table);
  const entry = Number(libc().getauxval(AT_PHENT));
  const count = Number(libc().getauxval(AT_PHNUM));
  if (headers === null || count === 0) return [];
  const view = new DataView(Deno.UnsafePointerView.getArrayBuffer(headers, entry * count));
  let base: bigint | undefined;
  const found: Range[] = [];
  for (let i = 0; i < count; i++) {
    const at = i * entry;
    const type = view.getUint32(at + TYPE_AT, true);
    const address = view.getBigUint64(at + ADDRESS_AT, true);
    if (type === PT_PHDR) base = table - address;
    if (base === undefined || type !== PT_LOAD) continue;
    if ((view.getUint32(at + FLAGS_AT, true) & PF_W) !== 0) continue;
    const begin = base + address;
    const segment = { begin, end: begin + view.getBigUint64(at + SIZE_AT, true) };
    found.push(...wholePages(segment, libc().getauxval(AT_PAGESZ)));
  }
  return found;
}

/**
 * The whole pages of `page` bytes inside a segment, none or one range: an adjacent segment may be
 * writable, and madvise(2) refuses part of a page at the begin and takes the whole page at the end.
 */
export function wholePages({ begin, end }: Range, page: bigint): Range[] {
  const inside = { begin: (begin + page - 1n) / page * page, end: end / page * page };
  return inside.end > inside.begin ? [inside] : [];
}

/**
 * The code that is mapped from files, in the text of /proc/PID/maps (proc(5)): of libraries, and
 * V8's second mapping of its built-in functions.
 */
export function mappedCode(maps: string): Range[] {
  return [...maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) r-xp \S+ \S+ \d+ +\/.*$/gm)]
    .map(([, begin, end]) => ({ begin: BigInt(`0x${begin}`), end: BigInt(`0x${end}`) }));
}
