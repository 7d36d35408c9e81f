/** Splits a pcapng stream into blocks. */
import {
  BLOCK_INTERFACE,
  BLOCK_PACKET,
  BLOCK_SECTION,
  BLOCK_STATISTICS,
  MIN_BLOCK,
  STATISTICS_DROPPED,
} from "./pcapng.ts";

/** Maximum size of a block, in bytes; blocks written here are shorter. */
const MAX_BLOCK = 1024 * 1024;

/** The stream is not a sequence of pcapng blocks as written here. */
export class BlockError extends Error {
  override name = "BlockError";
}

const KNOWN: readonly number[] = [
  BLOCK_SECTION,
  BLOCK_INTERFACE,
  BLOCK_PACKET,
  BLOCK_STATISTICS,
];

/**
 * Yields the blocks of bytes that contain whole blocks only, without copying. Throws BlockError.
 */
export function* blocksOf(bytes: Uint8Array): Generator<{ type: number; block: Uint8Array }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length;) {
    const size = blockSize(view, at);
    if (size === undefined || at + size > bytes.length) {
      throw new BlockError("Truncated block");
    }
    yield { type: view.getUint32(at, true), block: bytes.subarray(at, at + size) };
    at += size;
  }
}

/** Returns the size of the block at `at`; undefined if more bytes are needed. */
function blockSize(view: DataView, at: number): number | undefined {
  if (at + 8 > view.byteLength) return undefined;
  const size = view.getUint32(at + 4, true);
  const fits = size >= MIN_BLOCK && size <= MAX_BLOCK && size % 4 === 0;
  if (fits && KNOWN.includes(view.getUint32(at, true))) return size;
  throw new BlockError("The stream is not pcapng as written by this program");
}

/**
 * Reads a statistics block: the interface, and the number of its dropped frames (0 if not stated).
 */
export function droppedOf(block: Uint8Array): { id: number; count: number } {
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  const id = view.getUint32(8, true);
  for (let at = 20; at + 8 <= block.length - 4;) {
    const [code, length] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    if (code === STATISTICS_DROPPED && length === 8 && at + 12 <= block.length) {
      const high = view.getUint32(at + 8, true);
      return { id, count: high * 0x1_0000_0000 + view.getUint32(at + 4, true) };
    }
    at += 4 + (length + 3 & ~3);
  }
  return { id, count: 0 };
}

/** Reassembles whole blocks from a stream that may be split anywhere. */
export class BlockSplitter {
  #held: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  /** Bytes held of an incomplete block. */
  get held(): number {
    return this.#held.length;
  }

  /** Returns all blocks that these further bytes complete. Throws BlockError. */
  take(bytes: Uint8Array): Uint8Array {
    const all = new Uint8Array(this.#held.length + bytes.length);
    all.set(this.#held);
    all.set(bytes, this.#held.length);
    const view = new DataView(all.buffer);
    let at = 0;
    for (;;) {
      const size = blockSize(view, at);
      if (size === undefined || at + size > all.length) break;
      at += size;
    }
    this.#held = all.slice(at);
    return all.subarray(0, at);
  }
}
