/**
 * Finds a session by a frame's header: both MAC addresses and the session id, which together
 * identify a session (RFC 2516 section 4). Open addressing with linear probing in typed arrays: a
 * lookup reads the frame's own bytes and allocates nothing.
 *
 * Values are small numbers that are used again, such as indices. So keys are stored by value, not
 * by slot: with 10,000 entries slots and keys take 290 KB, which stay in a core's cache.
 */
export class FrameTable {
  /** Four words per value: bytes 0-3, 4-7, 8-11 of the Ethernet header, and the session id. */
  #keys = new Int32Array(0);
  /** The value of each slot plus one; 0 is a free slot. */
  #values = new Int32Array(64);
  #mask = 63;
  #size = 0;

  /** Number of entries. */
  get size(): number {
    return this.#size;
  }

  /** Returns the value for the frame of at least 18 bytes that begins at `at`, or -1. */
  lookup(view: DataView, at: number): number {
    return this.find(
      view.getInt32(at),
      view.getInt32(at + 4),
      view.getInt32(at + 8),
      view.getUint16(at + 16),
    );
  }

  /** Returns the value for these words, or -1. */
  find(w0: number, w1: number, w2: number, id: number): number {
    const keys = this.#keys;
    const values = this.#values;
    const mask = this.#mask;
    for (let slot = hash(w0, w1, w2, id) & mask;; slot = slot + 1 & mask) {
      const value = values[slot] - 1;
      if (value < 0) return -1;
      const k = value << 2;
      if (keys[k] === w0 && keys[k + 1] === w1 && keys[k + 2] === w2 && keys[k + 3] === id) {
        return value;
      }
    }
  }

  /** Adds an entry for the header in `view` at `at`; neither it nor `value` may have one. */
  insert(view: DataView, at: number, value: number): void {
    if ((this.#size + 1) * 2 > this.#mask) this.#resize((this.#mask + 1) * 2);
    this.#reserve(value);
    const k = value << 2;
    for (let word = 0; word < 3; word++) this.#keys[k + word] = view.getInt32(at + 4 * word);
    this.#keys[k + 3] = view.getUint16(at + 16);
    this.#put(value);
    this.#size++;
  }

  /** Removes the entry for the header in `view` at `at`, if any. */
  remove(view: DataView, at: number): void {
    const value = this.lookup(view, at);
    if (value < 0) return;
    let slot = this.#home(value);
    while (this.#values[slot] !== value + 1) slot = slot + 1 & this.#mask;
    this.#size--;
    this.#closeGap(slot);
  }

  /** Moves later entries of a probe run forward, so that no tombstones are needed. */
  #closeGap(gap: number): void {
    const mask = this.#mask;
    for (let slot = gap + 1 & mask; this.#values[slot] !== 0; slot = slot + 1 & mask) {
      const home = this.#home(this.#values[slot] - 1);
      if ((slot - home & mask) >= (slot - gap & mask)) {
        this.#values[gap] = this.#values[slot];
        gap = slot;
      }
    }
    this.#values[gap] = 0;
  }

  /** The slot where the search for a value's key begins. */
  #home(value: number): number {
    const [keys, k] = [this.#keys, value << 2];
    return hash(keys[k], keys[k + 1], keys[k + 2], keys[k + 3]) & this.#mask;
  }

  #put(value: number): void {
    let slot = this.#home(value);
    while (this.#values[slot] !== 0) slot = slot + 1 & this.#mask;
    this.#values[slot] = value + 1;
  }

  #resize(slots: number): void {
    const values = this.#values;
    this.#values = new Int32Array(slots);
    this.#mask = slots - 1;
    for (const value of values) if (value !== 0) this.#put(value - 1);
  }

  /** Makes room for the key of a value. */
  #reserve(value: number): void {
    if ((value + 1) << 2 <= this.#keys.length) return;
    const keys = new Int32Array(Math.max(16, value * 2) << 2);
    keys.set(this.#keys);
    this.#keys = keys;
  }
}

/** Mixes the four words; multipliers are those of MurmurHash3's 32-bit finalizer. */
function hash(w0: number, w1: number, w2: number, id: number): number {
  let h = Math.imul(w2 ^ Math.imul(id, 0x85ebca6b), 0xc2b2ae35);
  h = Math.imul(h ^ h >>> 15 ^ w1, 0x85ebca6b);
  h = Math.imul(h ^ h >>> 13 ^ w0, 0xc2b2ae35);
  return h ^ h >>> 16;
}
