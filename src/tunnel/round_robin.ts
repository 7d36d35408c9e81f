/** Bytes a flow may send a round; what it does not use it keeps for the next (RFC 8290 appendix). */
export const QUANTUM = 1_600;
const NONE = -1;

interface Flow {
  first: number;
  last: number;
}

/**
 * Deficit round robin (Shreedhar and Varghese, 1995): every flow that has something to send gets
 * the same number of bytes a round, whatever the size of its frames. Records of one flow keep
 * their order. Who comes next and what is owed to whom outlasts `clear`.
 */
export class RoundRobin {
  /** What is owed to the flows of the round, in their order. */
  #owed = new Map<number, number>();
  /** The flow whose turn goes on. */
  #brokenOff: number | undefined;
  #flows = new Map<number, Flow>();
  #next: Int32Array;
  #offsets: Int32Array;
  #sizes: Int32Array;
  #served: Uint8Array;
  #preferred: number[] = [];
  #count = 0;

  /** `capacity` is the number of records that can be told of between two `clear`. */
  constructor(capacity: number) {
    this.#next = new Int32Array(capacity);
    this.#offsets = new Int32Array(capacity);
    this.#sizes = new Int32Array(capacity);
    this.#served = new Uint8Array(capacity);
  }

  /** Forgets the records. */
  clear(): void {
    this.#flows.clear();
    this.#preferred.length = 0;
    this.#count = 0;
  }

  /** Tells of record `i`, the next in order of arrival; what is preferred belongs to no flow. */
  add(i: number, at: number, size: number, preferred: boolean, flow: number): void {
    this.#offsets[i] = at;
    this.#sizes[i] = size;
    this.#next[i] = NONE;
    this.#served[i] = 0;
    this.#count = i + 1;
    if (preferred) {
      this.#preferred.push(i);
      return;
    }
    const waiting = this.#flows.get(flow);
    if (waiting === undefined) {
      this.#flows.set(flow, { first: i, last: i });
      if (!this.#owed.has(flow)) this.#owed.set(flow, 0);
    } else {
      this.#next[waiting.last] = i;
      waiting.last = i;
    }
  }

  /**
   * Puts the records in their new order: in turn those that fit `budget` bytes, preferred ones in
   * any case, and the rest as it came. Returns the bytes of the former.
   */
  serve(budget: number, put: (i: number, at: number, size: number) => void): number {
    let sent = 0;
    const serve = (i: number): void => {
      this.#served[i] = 1;
      sent += this.#sizes[i];
      put(i, this.#offsets[i], this.#sizes[i]);
    };
    for (const i of this.#preferred) serve(i);
    for (const flow of this.#owed.keys()) {
      if (!this.#flows.has(flow)) this.#owed.delete(flow); // owed only while something waits
    }
    for (let more = true; more && this.#owed.size > 0;) {
      more = this.#turn((size) => sent === 0 || sent + size <= budget, serve);
    }
    const inTurn = sent;
    for (let i = 0; i < this.#count; i++) if (this.#served[i] === 0) serve(i);
    return inTurn;
  }

  /** One flow's turn, or the rest of one that was broken off; false when this one was. */
  #turn(fits: (size: number) => boolean, serve: (i: number) => void): boolean {
    const [flow, owed] = this.#owed.entries().next().value as [number, number];
    const waiting = this.#flows.get(flow) as Flow;
    let credit = owed + (this.#brokenOff === flow ? 0 : QUANTUM);
    this.#brokenOff = undefined;
    for (; waiting.first !== NONE; waiting.first = this.#next[waiting.first]) {
      const size = this.#sizes[waiting.first];
      if (size > credit) break;
      if (!fits(size)) {
        this.#owed.set(flow, credit);
        this.#brokenOff = flow;
        return false;
      }
      serve(waiting.first);
      credit -= size;
    }
    this.#owed.delete(flow);
    if (waiting.first !== NONE) this.#owed.set(flow, credit); // to the end of the round
    return true;
  }
}
