/** What packages need to know of a program: elf(5), 64 bits, little endian. */

/** Facts of a program. */
export interface ElfFacts {
  machine: "x86_64" | "aarch64";
  /** Names of the shared libraries that it loads, such as `libc.so.6`. */
  libraries: readonly string[];
  /** The newest version of glibc whose symbols it uses, such as `2.27`. */
  glibc: string;
}

/** e_machine of elf.h. */
const MACHINES: Readonly<Record<number, ElfFacts["machine"]>> = { 62: "x86_64", 183: "aarch64" };
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const [DT_NULL, DT_NEEDED, DT_STRTAB] = [0, 1, 5];
const [DT_VERNEED, DT_VERNEEDNUM] = [0x6fff_fffe, 0x6fff_ffff];
const MAGIC = 0x7f45_4c46;

interface Segment {
  type: number;
  offset: number;
  address: number;
  size: number;
}

/** Reads an ELF file. Throws Error if it is not a program for a 64-bit machine known here. */
export function readElf(bytes: Uint8Array): ElfFacts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 64 || view.getUint32(0) !== MAGIC || bytes[4] !== 2 || bytes[5] !== 1) {
    throw new Error("Not a 64-bit ELF program");
  }
  const machine = MACHINES[view.getUint16(18, true)];
  if (machine === undefined) throw new Error("A program for neither x86-64 nor ARM64");
  const segments = readSegments(view);
  const entries = readDynamic(view, segments.find(({ type }) => type === PT_DYNAMIC));
  const strings = fileOffset(segments, entries.find(([tag]) => tag === DT_STRTAB)?.[1] ?? 0);
  const text = (at: number): string => readText(bytes, strings + at);
  const value = (wanted: number): number => entries.find(([tag]) => tag === wanted)?.[1] ?? 0;
  const needed = fileOffset(segments, value(DT_VERNEED));
  const versions = readVersions(view, needed, value(DT_VERNEEDNUM)).map(text);
  return {
    machine,
    libraries: entries.filter(([tag]) => tag === DT_NEEDED).map(([, at]) => text(at)),
    glibc: newest(versions.flatMap((name) => /^GLIBC_([\d.]+)$/.exec(name)?.[1] ?? [])),
  };
}

function readSegments(view: DataView): Segment[] {
  const [start, size, count] = [
    number(view, 32),
    view.getUint16(54, true),
    view.getUint16(56, true),
  ];
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return {
      type: view.getUint32(at, true),
      offset: number(view, at + 8),
      address: number(view, at + 16),
      size: number(view, at + 32),
    };
  });
}

/** Tags and values of the dynamic section. */
function readDynamic(view: DataView, segment: Segment | undefined): [number, number][] {
  if (segment === undefined) throw new Error("A program without shared libraries");
  const entries: [number, number][] = [];
  for (let at = segment.offset; at < segment.offset + segment.size; at += 16) {
    const tag = number(view, at);
    if (tag === DT_NULL) break;
    entries.push([tag, number(view, at + 8)]);
  }
  return entries;
}

/** Where the names of the needed symbol versions are in the string table. */
function readVersions(view: DataView, start: number, files: number): number[] {
  const names: number[] = [];
  let at = start;
  for (let file = 0; file < files; file++) {
    let aux = at + view.getUint32(at + 8, true);
    for (let count = view.getUint16(at + 2, true); count > 0; count--) {
      names.push(view.getUint32(aux + 8, true));
      aux += view.getUint32(aux + 12, true);
    }
    at += view.getUint32(at + 12, true);
  }
  return names;
}

function fileOffset(segments: readonly Segment[], address: number): number {
  const segment = segments.find((it) =>
    it.type === PT_LOAD && address >= it.address && address < it.address + it.size
  );
  if (segment === undefined) throw new Error("A program whose dynamic section leads nowhere");
  return address - segment.address + segment.offset;
}

function readText(bytes: Uint8Array, start: number): string {
  return new TextDecoder().decode(bytes.subarray(start, bytes.indexOf(0, start)));
}

function number(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function newest(versions: readonly string[]): string {
  const numbers = (version: string): number[] => version.split(".").map(Number);
  const [last] = versions.toSorted((one, other) => {
    const [a, b] = [numbers(one), numbers(other)];
    return (b[0] - a[0]) || ((b[1] ?? 0) - (a[1] ?? 0)) || ((b[2] ?? 0) - (a[2] ?? 0));
  });
  if (last === undefined) throw new Error("A program that does not use glibc");
  return last;
}
