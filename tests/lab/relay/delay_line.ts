/** One direction of a path: its delay, loss and capacity. */
export interface PathOptions {
  /** Milliseconds from one end to the other. */
  delay: number;
  /** Share of the frames that is lost, 0 to 1. */
  loss: number;
  /** Decides which frames are lost; equal seeds lose the same ones. */
  seed: number;
}

/** Maximum number of frames in flight. */
export const CAPACITY = 16_384;
/** Bytes of a slot in the line. */
const SLOT = 2_048;

/** Delays each frame, in order, and loses some. Allocates nothing per frame. */
export class DelayLine {
  /** Number of frames that did not fit in the line. */
  overflow = 0;
  /** Number of frames lost on purpose. */
  lost = 0;
  #options: PathOptions;
  #random: () => number;
  #bytes = new Uint8Array(CAPACITY * SLOT);
  #lengths = new Uint16Array(CAPACITY);
  #due = new Float64Array(CAPACITY);
  #head = 0;
  #size = 0;

  constructor(options: PathOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
  }

  /** Number of frames in flight. */
  get size(): number {
    return this.#size;
  }

  /** Adds a frame at `bytes[offset, offset + length)`, which is copied. Time in milliseconds. */
  push(bytes: Uint8Array, offset: number, length: number, now: number): void {
    if (this.#random() < this.#options.loss) {
      this.lost++;
      return;
    }
    if (this.#size === CAPACITY || length > SLOT) {
      this.overflow++;
      return;
    }
    const at = (this.#head + this.#size) % CAPACITY;
    this.#bytes.set(bytes.subarray(offset, offset + length), at * SLOT);
    this.#lengths[at] = length;
    this.#due[at] = now + this.#options.delay;
    this.#size++;
  }

  /** Sends the frames that are due; each is valid during its call. */
  drain(now: number, send: (frame: Uint8Array) => void): void {
    while (this.#size > 0 && this.#due[this.#head] <= now) {
      const from = this.#head * SLOT;
      send(this.#bytes.subarray(from, from + this.#lengths[this.#head]));
      this.#head = (this.#head + 1) % CAPACITY;
      this.#size--;
    }
  }
}

/**
 * Returns a generator of numbers in [0, 1) determined by the seed: a Weyl sequence through
 * MurmurHash3's finalizer.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = state + 0x9e37_79b9 >>> 0;
    let h = Math.imul(state ^ state >>> 16, 0x85eb_ca6b);
    h = Math.imul(h ^ h >>> 13, 0xc2b2_ae35);
    return ((h ^ h >>> 16) >>> 0) / 0x1_0000_0000;
  };
}
