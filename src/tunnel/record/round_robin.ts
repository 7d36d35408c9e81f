/** Bytes per flow and round; unused bytes carry over to the next round (RFC 8290 appendix). */
export const QUANTUM = 1_600;
/** No record. */
export const NONE = -1;
/** The flow that is served before all others. */
export const PREFERRED = 0x10000;
const FLOWS = PREFERRED + 1;

/**
 * Deficit round robin (Shreedhar and Varghese, 1995): every flow with records waiting gets the same
 * number of bytes per round, whatever the size of its records. Records of one flow keep their
 * order. The cost of a step does not depend on the number of records and flows.
 *
 * Flows are session handles, and {@linkcode PREFERRED}; records are identified by their slots.
 */
export class RoundRobin {
  #sizes: Uint16Array;
  /** The next record of the same flow, by slot. */
  #next: Int32Array;
  /** First and last record of each flow, plus one; 0 if none waits. */
  #first = new Int32Array(FLOWS);
  #last = new Int32Array(FLOWS);
  /** Bytes that a flow may still send in this round. */
  #credit = new Int32Array(FLOWS);
  /** The flows of the round, a linked list: by flow, the next one plus one. */
  #after = new Int32Array(FLOWS);
  #head = 0;
  #tail = 0;
  /** Whether the flow at the head has received its bytes for this round. */
  #begun = false;

  /** `sizes` has the length of each record in bytes, by slot. */
  constructor(sizes: Uint16Array) {
    this.#sizes = sizes;
    this.#next = new Int32Array(sizes.length);
  }

  /** Adds a record to the end of its flow. */
  push(flow: number, slot: number): void {
    this.#next[slot] = NONE;
    const last = this.#last[flow];
    this.#last[flow] = slot + 1;
    if (last !== 0) {
      this.#next[last - 1] = slot;
      return;
    }
    this.#first[flow] = slot + 1;
    if (flow !== PREFERRED && !this.#isListed(flow)) this.#enter(flow);
  }

  /** The next record to send, or NONE. */
  front(): number {
    if (this.#first[PREFERRED] !== 0) return this.#first[PREFERRED] - 1;
    while (this.#head !== 0) {
      const flow = this.#head - 1;
      if (!this.#begun) this.#credit[flow] += QUANTUM;
      this.#begun = true;
      const slot = this.#first[flow] - 1;
      if (this.#sizes[slot] <= this.#credit[flow]) return slot;
      this.#leave();
      this.#enter(flow);
    }
    return NONE;
  }

  /**
   * Removes the record that `front` returned. `sent` is true if it was sent and counts, false if it
   * was dropped. Returns whether its flow is empty.
   */
  pop(sent: boolean): boolean {
    const preferred = this.#first[PREFERRED] !== 0;
    const flow = preferred ? PREFERRED : this.#head - 1;
    const slot = this.#first[flow] - 1;
    this.#first[flow] = this.#next[slot] + 1;
    if (sent && !preferred) this.#credit[flow] -= this.#sizes[slot];
    if (this.#first[flow] !== 0) return false;
    this.#last[flow] = 0;
    if (preferred) return true;
    this.#credit[flow] = 0; // credit is kept only while something waits
    this.#leave();
    return true;
  }

  /** Forgets the records, all of which must be pushed again; keeps the order of the flows. */
  renumber(): void {
    this.#first[PREFERRED] = this.#last[PREFERRED] = 0;
    for (let flow = this.#head; flow !== 0; flow = this.#after[flow - 1]) {
      this.#first[flow - 1] = this.#last[flow - 1] = 0;
    }
  }

  /** Removes everything. */
  clear(): void {
    this.renumber();
    while (this.#head !== 0) {
      this.#credit[this.#head - 1] = 0;
      this.#leave();
    }
  }

  #isListed(flow: number): boolean {
    return this.#after[flow] !== 0 || this.#tail === flow + 1;
  }

  /** Puts a flow at the end of the round. */
  #enter(flow: number): void {
    if (this.#tail === 0) this.#head = flow + 1;
    else this.#after[this.#tail - 1] = flow + 1;
    this.#tail = flow + 1;
  }

  /** Takes the flow at the head out of the round. */
  #leave(): void {
    const flow = this.#head - 1;
    this.#head = this.#after[flow];
    this.#after[flow] = 0;
    if (this.#head === 0) this.#tail = 0;
    this.#begun = false;
  }
}
