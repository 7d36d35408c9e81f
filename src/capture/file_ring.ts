/** Writes pcapng to a ring of files: starts a new file at a given size and keeps the last ones. */
import { basename, dirname, extname, join } from "node:path";
import { blocksOf } from "./blocks.ts";
import { BLOCK_INTERFACE, BLOCK_PACKET, BLOCK_SECTION } from "./pcapng.ts";

/** Settings of a ring of files. */
export interface FileRingOptions {
  /**
   * Pattern of the file names: `trace.pcapng` becomes `trace_00001_20261125090036.pcapng`, as in
   * dumpcap(1).
   */
  path: string;
  /** Size in bytes after which the next file begins; each file has at least one frame. */
  fileSize: number;
  /** Number of files to keep; older ones are removed, including those of earlier runs. */
  files: number;
  /** Returns milliseconds since 1970, for the names. */
  now: () => number;
}

/** Mode of the files: access for the owner only. */
const MODE = 0o600;

/** Creates a file for writing; throws if it exists. */
async function createFile(path: string): Promise<Deno.FsFile> {
  return await Deno.open(path, { write: true, createNew: true, mode: MODE });
}

/** A ring that is being written. Methods throw the file system's errors, which include the path. */
export class FileRing {
  #options: FileRingOptions;
  #file: Deno.FsFile | undefined;
  #written = 0;
  #hasFrames = false;
  #number: number;
  /** Paths of the ring's files, oldest first. */
  #paths: string[];
  /** Blocks at the start of every file: the section header and the interfaces so far. */
  #heads: Uint8Array[] = [];

  private constructor(options: FileRingOptions, paths: string[]) {
    this.#options = options;
    this.#paths = paths;
    this.#number = numberOf(paths.at(-1) ?? "");
  }

  /** Continues the ring with its existing files. */
  static async open(options: FileRingOptions): Promise<FileRing> {
    const { path } = options;
    const [folder, pattern] = [dirname(path), ringPattern(path)];
    const paths: string[] = [];
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile && pattern.test(name)) paths.push(join(folder, name));
    }
    paths.sort((a, b) => numberOf(a) - numberOf(b));
    return new FileRing(options, paths);
  }

  /** Writes whole blocks. */
  async write(blocks: Uint8Array): Promise<void> {
    let from = 0;
    let to = 0;
    for (const { type, block } of blocksOf(blocks)) {
      if (type === BLOCK_SECTION || type === BLOCK_INTERFACE) this.#heads.push(block.slice());
      if (this.#hasFrames && this.#written + block.length > this.#options.fileSize) {
        await this.#put(blocks.subarray(from, to));
        from = to;
        this.close();
      }
      to += block.length;
      if (this.#file === undefined) {
        await this.#begin();
        // The headers have just been written, including this block if it is one.
        if (type === BLOCK_SECTION || type === BLOCK_INTERFACE) from = to;
        else this.#written += block.length;
      } else {
        this.#written += block.length;
      }
      this.#hasFrames ||= type === BLOCK_PACKET;
    }
    await this.#put(blocks.subarray(from, to));
  }

  /** Closes the file; further blocks begin the next one. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
    this.#hasFrames = false;
  }

  async #begin(): Promise<void> {
    const { path, files, now } = this.#options;
    const [digits] = /^[\d-]{10}T[\d:]{8}/.exec(new Date(now()).toISOString()) ?? [""];
    const stamp = digits.replace(/\D/g, "");
    const number = String(++this.#number).padStart(5, "0");
    const ending = extname(path);
    const name = `${basename(path, ending)}_${number}_${stamp}${ending}`;
    const next = join(dirname(path), name);
    this.#file = await createFile(next);
    this.#paths.push(next);
    this.#written = 0;
    for (const head of this.#heads) {
      await this.#put(head);
      this.#written += head.length;
    }
    while (this.#paths.length > files) await removeFile(this.#paths.shift() ?? "");
  }

  async #put(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await this.#file?.write(bytes.subarray(at)) ?? bytes.length;
    }
  }
}

/** Matches the names of a ring's files. */
function ringPattern(path: string): RegExp {
  const ending = extname(path);
  const literal = (text: string): string => text.replace(/[^\w]/g, "\\$&");
  return new RegExp(`^${literal(basename(path, ending))}_\\d{5,}_\\d{14}${literal(ending)}$`);
}

function numberOf(path: string): number {
  return Number(/_(\d+)_\d{14}/.exec(path)?.[1] ?? 0);
}

async function removeFile(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
