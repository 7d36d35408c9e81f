import { BLOCK_INTERFACE, BLOCK_PACKET, BLOCK_SECTION, BLOCK_STATISTICS } from "./pcapng.ts";

/** Offset of the interface's number in a packet's block and in one with statistics. */
const INTERFACE_AT = 8;

/**
 * Makes one pcapng section of several: the blocks of captures of the same frames' other parts. Only
 * the first section's header stays, and interfaces get new numbers in the order of their arrival.
 */
export class MergedBlocks {
  /** Number of packets so far. */
  packets = 0;
  #most: number;
  #hasHeader = false;
  #interfaces = 0;
  /** New numbers by stream and former number. */
  #numbers = new Map<number, number[]>();

  /** `most` is the number of packets after which further ones are left out. */
  constructor(most = Infinity) {
    this.#most = most;
  }

  /** Takes whole blocks of a stream, whose memory it changes; returns what remains of them. */
  take(stream: number, blocks: Uint8Array): Uint8Array {
    const view = new DataView(blocks.buffer, blocks.byteOffset, blocks.length);
    let to = 0;
    for (let at = 0; at < blocks.length;) {
      const size = view.getUint32(at + 4, true);
      if (this.#keeps(stream, view, at)) {
        blocks.copyWithin(to, at, at + size);
        to += size;
      }
      at += size;
    }
    return blocks.subarray(0, to);
  }

  #keeps(stream: number, view: DataView, at: number): boolean {
    const type = view.getUint32(at, true);
    const numbers = this.#numbersOf(stream);
    if (type === BLOCK_SECTION) {
      const isFirst = !this.#hasHeader;
      this.#hasHeader = true;
      return isFirst;
    }
    if (type === BLOCK_INTERFACE) numbers.push(this.#interfaces++);
    if (type === BLOCK_PACKET && this.packets === this.#most) return false;
    if (type === BLOCK_PACKET) this.packets++;
    if (type === BLOCK_PACKET || type === BLOCK_STATISTICS) {
      view.setUint32(at + INTERFACE_AT, numbers[view.getUint32(at + INTERFACE_AT, true)], true);
    }
    return true;
  }

  #numbersOf(stream: number): number[] {
    const known = this.#numbers.get(stream);
    if (known !== undefined) return known;
    const numbers: number[] = [];
    this.#numbers.set(stream, numbers);
    return numbers;
  }
}
