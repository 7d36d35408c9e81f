/** Archives in the ustar format (POSIX.1-1988, pax(1) "ustar Interchange Format"). */

const BLOCK = 512;
/** Longest name of a file, in bytes. */
const MAX_NAME = 100;
/** Fields of a header: offset and length in bytes. */
const NAME = [0, 100] as const;
const MODE = [100, 8] as const;
const USER = [108, 8] as const;
const GROUP = [116, 8] as const;
const SIZE = [124, 12] as const;
const TIME = [136, 12] as const;
const SUM = [148, 8] as const;
const TYPE = [156, 1] as const;
const MAGIC = [257, 8] as const;

const encoder = new TextEncoder();

/** A file of an archive. */
export interface TarFile {
  /** ASCII, at most 100 bytes. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** Returns an archive of regular files that only their owner may read; `time` is in milliseconds. */
export function tar(files: readonly TarFile[], time: number): Uint8Array<ArrayBuffer> {
  const padded = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;
  const size = files.reduce((sum, { content }) => sum + BLOCK + padded(content.length), 0);
  const archive = new Uint8Array(size + 2 * BLOCK); // two zero blocks are the end
  let at = 0;
  for (const { name, content } of files) {
    archive.set(header(name, content.length, time), at);
    archive.set(content, at + BLOCK);
    at += BLOCK + padded(content.length);
  }
  return archive;
}

function header(name: string, size: number, time: number): Uint8Array {
  if (encoder.encode(name).length > MAX_NAME) throw new RangeError(`Name too long: ${name}`);
  const block = new Uint8Array(BLOCK);
  const put = ([at]: readonly [number, number], text: string): void =>
    block.set(encoder.encode(text), at);
  const octal = (field: readonly [number, number], value: number): void =>
    put(field, value.toString(8).padStart(field[1] - 1, "0"));
  put(NAME, name);
  octal(MODE, 0o600);
  octal(USER, 0);
  octal(GROUP, 0);
  octal(SIZE, size);
  octal(TIME, Math.floor(time / 1_000));
  put(TYPE, "0");
  put(MAGIC, "ustar\x0000");
  put(SUM, " ".repeat(SUM[1])); // counted as blanks
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(SUM, `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}
