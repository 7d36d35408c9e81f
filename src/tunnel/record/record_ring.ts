import { weightOf } from "./queue_shares.ts";
import { MAX_RECORD_BODY, RECORD_HEADER } from "./record.ts";

/** Maximum records in a ring, including removed ones that still occupy a slot. */
const SLOTS = 65_536;
const MASK = SLOTS - 1;

/** Class of a removed record whose bytes have not been reclaimed yet. */
const REMOVED = 0;

interface Buffer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/**
 * Records in the order of their arrival, in a ring of bytes with one slot each. A record is never
 * split: one that does not fit before the end of the bytes goes to their front.
 *
 *     │  free  │ in flight │ first ── waiting ── tail │   free   │
 *     │ waiting ── tail │   free   │ in flight │ first ── waiting │
 *
 * Records taken in order are sent from where they are. While everything is in flight, new records
 * go to the front of another buffer: a short queue uses only a little of each, which stays in the
 * processor's cache. A record removed from the middle leaves a hole, which `rewrite` closes: it
 * copies the rest to the spare buffer, so bytes in flight stay intact.
 */
export class RecordRing {
  /** Length of a record with its header, in bytes, by slot. */
  readonly sizes = new Uint16Array(SLOTS);
  /** Arrival time of a record in milliseconds, by slot. */
  readonly stamps = new Float64Array(SLOTS);
  /** The owner's class of a record, by slot; the ring itself uses {@linkcode REMOVED}. */
  readonly classes = new Uint8Array(SLOTS);
  /** Weight of the records that `rewrite` has copied in total. */
  copied = 0;
  #offsets = new Int32Array(SLOTS);
  #buffer: Buffer;
  /** The buffer for new records while all other records are in flight. */
  #other: Buffer;
  #spare: Buffer;
  /** The buffer with the bytes taken last, until they have been sent, and their start in it. */
  #inFlight: Buffer | undefined;
  #begin = 0;
  #first = 0;
  #count = 0;
  #holes = 0;
  #tail = 0;

  /** `capacity` is the size of each of the three buffers, in bytes. */
  constructor(capacity: number) {
    this.#buffer = newBuffer(capacity);
    this.#other = newBuffer(capacity);
    this.#spare = newBuffer(capacity);
  }

  /** Number of records and holes. */
  get count(): number {
    return this.#count;
  }

  /** Whether records were removed from the middle. */
  get hasHoles(): boolean {
    return this.#holes > 0;
  }

  /** Whether the spare buffer is free for `rewrite`. */
  get canRewrite(): boolean {
    return this.#inFlight !== this.#spare;
  }

  /** Arrival time of the oldest record; Infinity if empty. */
  get oldest(): number {
    return this.#count === 0 ? Infinity : this.stamps[this.#first];
  }

  /** The slot of record `i` in order of arrival; all but the first may be holes. */
  slot(i: number): number {
    return this.#first + i & MASK;
  }

  /** The header of the record in a slot. */
  header(slot: number): number {
    return this.#buffer.view.getUint32(this.#offsets[slot]);
  }

  /**
   * Adds a record with the body `source[offset, offset + length)`; returns its slot, or -1 if full.
   */
  append(
    header: number,
    source: Uint8Array,
    offset: number,
    length: number,
    stamp: number,
    of: number,
  ): number {
    const size = RECORD_HEADER + length;
    const at = this.#count === SLOTS ? -1 : this.#place(size);
    if (at < 0) return -1;
    const slot = this.#first + this.#count++ & MASK;
    this.#offsets[slot] = at;
    this.sizes[slot] = size;
    this.stamps[slot] = stamp;
    this.classes[slot] = of;
    this.#tail = at + size;
    this.#buffer.view.setUint32(at, header);
    this.#buffer.bytes.set(source.subarray(offset, offset + length), at + RECORD_HEADER);
    return slot;
  }

  /**
   * How many records, of at most `max` bytes but at least one, are contiguous; there must be no
   * holes.
   */
  reach(max: number): number {
    let [end, taken] = [this.#offsets[this.#first], 0];
    const limit = end + max;
    for (; taken < this.#count; taken++) {
      const slot = this.slot(taken);
      if (this.#offsets[slot] !== end) break;
      if (taken > 0 && end + this.sizes[slot] > limit) break;
      end += this.sizes[slot];
    }
    return taken;
  }

  /** Whether all records are contiguous and have at most `max` bytes. */
  isWithin(max: number): boolean {
    const begin = this.#offsets[this.#first];
    return this.#tail > begin && this.#tail - begin <= max;
  }

  /** Takes the first `count` records, which must be contiguous; in flight until `sent`. */
  take(count: number): Uint8Array {
    if (count === 0) return this.#buffer.bytes.subarray(0, 0);
    const last = this.slot(count - 1);
    this.#begin = this.#offsets[this.#first];
    this.#inFlight = this.#buffer;
    const end = this.#offsets[last] + this.sizes[last];
    this.#count -= count;
    this.#first = this.#count === 0 ? 0 : this.#first + count & MASK;
    return this.#buffer.bytes.subarray(this.#begin, end);
  }

  /** Allows the bytes taken last to be overwritten. */
  sent(): void {
    this.#inFlight = undefined;
  }

  /** Copies a record to `target` and removes it. */
  moveTo(slot: number, target: Uint8Array, at: number): void {
    const offset = this.#offsets[slot];
    target.set(this.#buffer.bytes.subarray(offset, offset + this.sizes[slot]), at);
    this.remove(slot);
  }

  /** Removes a record at any position. */
  remove(slot: number): void {
    this.classes[slot] = REMOVED;
    this.#holes++;
    while (this.#count > 0 && this.classes[this.#first] === REMOVED) {
      this.#first = this.#first + 1 & MASK;
      this.#count--;
      this.#holes--;
    }
    if (this.#count === 0) this.#first = 0;
  }

  /** Closes the holes and drops records for which `keeps` returns false. All slots change. */
  rewrite(keeps: (slot: number) => boolean): void {
    const [from, to] = [this.#buffer, this.#spare];
    let [tail, kept] = [0, 0];
    for (let i = 0; i < this.#count; i++) {
      const slot = this.slot(i);
      if (this.classes[slot] === REMOVED || !keeps(slot)) continue;
      const [at, size, place] = [this.#offsets[slot], this.sizes[slot], this.slot(kept++)];
      to.bytes.set(from.bytes.subarray(at, at + size), tail);
      this.#offsets[place] = tail;
      this.sizes[place] = size;
      this.stamps[place] = this.stamps[slot];
      this.classes[place] = this.classes[slot];
      tail += size;
      this.copied += weightOf(size);
    }
    [this.#buffer, this.#spare] = [to, from];
    [this.#tail, this.#count, this.#holes] = [tail, kept, 0];
  }

  /** Removes everything. */
  clear(): void {
    [this.#first, this.#count, this.#holes, this.#tail] = [0, 0, 0, 0];
  }

  /** Offset for a record of `size` bytes, or -1 if there is no room. */
  #place(size: number): number {
    if (this.#count === 0) {
      if (this.#inFlight === this.#buffer) {
        [this.#buffer, this.#other] = [this.#other, this.#buffer];
      }
      return 0;
    }
    const busy = this.#inFlight === this.#buffer;
    const begin = busy ? this.#begin : this.#offsets[this.#first];
    if (this.#tail <= begin) return this.#tail + size < begin ? this.#tail : -1;
    if (this.#tail + size <= this.#buffer.bytes.length) return this.#tail;
    return size < begin ? 0 : -1;
  }
}

/** Maximum length of a record, in bytes. */
export const MAX_RECORD = RECORD_HEADER + MAX_RECORD_BODY;

function newBuffer(capacity: number): Buffer {
  const bytes = new Uint8Array(capacity);
  return { bytes, view: new DataView(bytes.buffer) };
}
