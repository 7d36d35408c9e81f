/** The architectures that programs are released for. */

/** An architecture by its names. */
export interface Architecture {
  /** The kernel's name (uname(2)), in names of artefacts. */
  readonly name: "x86_64" | "aarch64";
  /** Debian's name, and that of container images. */
  readonly debian: "amd64" | "arm64";
  /** The target of `deno compile`. */
  readonly target: string;
  /** e_machine of an ELF file (elf(5)). */
  readonly machine: number;
}

export const ARCHITECTURES: readonly Architecture[] = [
  { name: "x86_64", debian: "amd64", target: "x86_64-unknown-linux-gnu", machine: 62 },
  { name: "aarch64", debian: "arm64", target: "aarch64-unknown-linux-gnu", machine: 183 },
];

/** e_ident of a 64-bit little-endian ELF file: EI_MAG0…3, EI_CLASS, EI_DATA (elf(5)). */
const IDENT = [0x7f, 0x45, 0x4c, 0x46, 2, 1];
const MACHINE_AT = 18;
const HEADER_SIZE = 64;

/** Returns the architecture of a program; undefined if it is none for Linux that we know. */
export function architectureOf(path: string): Architecture | undefined {
  using file = Deno.openSync(path);
  const header = new Uint8Array(HEADER_SIZE);
  if (file.readSync(header) !== HEADER_SIZE) return undefined;
  if (IDENT.some((byte, at) => header[at] !== byte)) return undefined;
  const machine = new DataView(header.buffer).getUint16(MACHINE_AT, true);
  return ARCHITECTURES.find((one) => one.machine === machine);
}
