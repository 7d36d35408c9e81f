/**
 * Finds a session by a frame's header: both MAC addresses and the session id, which together
 * identify a session (RFC 2516 section 4). Open addressing with linear probing in typed arrays: a
 * lookup reads the frame's own bytes and allocates nothing.
 */
export class FrameTable {
  /** Four words per slot: bytes 0-3, 4-7, 8-11 of the Ethernet header, and the session id. */
  #keys: Int32Array;
  /** The value of each slot plus one; 0 is a free slot. */
  #values: Int32Array;
  #mask: number;
  #size = 0;

  constructor() {
    this.#keys = new Int32Array(0);
    this.#values = new Int32Array(0);
    this.#mask = -1;
    this.#resize(64);
  }

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
      const value = values[slot];
      if (value === 0) return -1;
      const k = slot << 2;
      if (keys[k] === w0 && keys[k + 1] === w1 && keys[k + 2] === w2 && keys[k + 3] === id) {
        return value - 1;
      }
    }
  }

  /** Adds an entry for the header in `view` at `at`, which must not have one. */
  insert(view: DataView, at: number, value: number): void {
    if ((this.#size + 1) * 2 > this.#mask) this.#resize((this.#mask + 1) * 2);
    this.#put(
      view.getInt32(at),
      view.getInt32(at + 4),
      view.getInt32(at + 8),
      view.getUint16(at + 16),
      value + 1,
    );
    this.#size++;
  }

  /** Removes the entry for the header in `view` at `at`, if any. */
  remove(view: DataView, at: number): void {
    const [w0, w1, w2] = [view.getInt32(at), view.getInt32(at + 4), view.getInt32(at + 8)];
    const id = view.getUint16(at + 16);
    const keys = this.#keys;
    let slot = hash(w0, w1, w2, id) & this.#mask;
    for (;; slot = slot + 1 & this.#mask) {
      if (this.#values[slot] === 0) return;
      const k = slot << 2;
      if (keys[k] === w0 && keys[k + 1] === w1 && keys[k + 2] === w2 && keys[k + 3] === id) break;
    }
    this.#size--;
    this.#closeGap(slot);
  }

  /** Moves later entries of a probe run forward, so that no tombstones are needed. */
  #closeGap(gap: number): void {
    const keys = this.#keys;
    const mask = this.#mask;
    for (let slot = gap + 1 & mask; this.#values[slot] !== 0; slot = slot + 1 & mask) {
      const k = slot << 2;
      const home = hash(keys[k], keys[k + 1], keys[k + 2], keys[k + 3]) & mask;
      if ((slot - home & mask) >= (slot - gap & mask)) {
        keys.copyWithin(gap << 2, k, k + 4);
        this.#values[gap] = this.#values[slot];
        gap = slot;
      }
    }
    this.#values[gap] = 0;
  }

  #put(w0: number, w1: number, w2: number, id: number, stored: number): void {
    let slot = hash(w0, w1, w2, id) & this.#mask;
    while (this.#values[slot] !== 0) slot = slot + 1 & this.#mask;
    this.#keys.set([w0, w1, w2, id], slot << 2);
    this.#values[slot] = stored;
  }

  #resize(slots: number): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#keys = new Int32Array(slots * 4);
    this.#values = new Int32Array(slots);
    this.#mask = slots - 1;
    for (let slot = 0; slot < values.length; slot++) {
      const k = slot << 2;
      if (values[slot] !== 0) {
        this.#put(keys[k], keys[k + 1], keys[k + 2], keys[k + 3], values[slot]);
      }
    }
  }
}

/** Mixes the four words; multipliers are those of MurmurHash3's 32-bit finalizer. */
function hash(w0: number, w1: number, w2: number, id: number): number {
  let h = Math.imul(w2 ^ Math.imul(id, 0x85ebca6b), 0xc2b2ae35);
  h = Math.imul(h ^ h >>> 15 ^ w1, 0x85ebca6b);
  h = Math.imul(h ^ h >>> 13 ^ w0, 0xc2b2ae35);
  return h ^ h >>> 16;
}
