/** Bytes of a slot. */
const SLOT = 2_048;

/** Frames with the times at which they are due, in the order of their arrival. */
export class FrameRing {
  #bytes: Uint8Array;
  #lengths: Uint16Array;
  #due: Float64Array;
  #head = 0;
  #size = 0;

  /** `capacity` is the maximum number of frames. */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity * SLOT);
    this.#lengths = new Uint16Array(capacity);
    this.#due = new Float64Array(capacity);
  }

  /** Number of frames. */
  get size(): number {
    return this.#size;
  }

  /** Adds `bytes[offset, offset + length)`, which is copied; false if it has no room. */
  push(bytes: Uint8Array, offset: number, length: number, due: number): boolean {
    if (this.#size === this.#due.length || length > SLOT) return false;
    const at = (this.#head + this.#size) % this.#due.length;
    const from = at * SLOT;
    this.#bytes.set(bytes.subarray(offset, offset + length), from);
    this.#lengths[at] = length;
    this.#due[at] = due;
    this.#size++;
    return true;
  }

  /** Sends the frames that are due, up to the first that is not; each is valid during its call. */
  drain(now: number, send: (frame: Uint8Array) => void): void {
    while (this.#size > 0 && this.#due[this.#head] <= now) {
      const from = this.#head * SLOT;
      send(this.#bytes.subarray(from, from + this.#lengths[this.#head]));
      this.#head = (this.#head + 1) % this.#due.length;
      this.#size--;
    }
  }
}
