import type { Pending } from "./pending.ts";

/** Rate in PADIs a second, burst in PADIs. */
export interface ShapedRate {
  padiRate: number;
  padiBurst: number;
}

/** What a shaper is made of. */
export interface PadiShaperOptions<Owner> {
  limits: ShapedRate;
  /** Milliseconds of a steady clock. */
  now: () => number;
  /** Calls back after so many milliseconds. */
  later: (milliseconds: number, run: () => void) => void;
  /** A PADI's turn has come. */
  send: (pending: Pending<Owner>, frame: Uint8Array) => void;
  /** A PADI that waited has given way to another owner's. */
  dropped: (pending: Pending<Owner>) => void;
  /** Those whose turn it was have been sent; not called where a PADI need not wait. */
  sent: () => void;
}

/**
 * How long a PADI may wait: an answer reaches the customer before it asks again, which is after 5
 * seconds (RFC 2516 section 8). Milliseconds.
 */
export const LONGEST_WAIT = 4_000;
/** A repetition so soon after is passed on only once. Milliseconds. */
const REPETITION = 1_000;

interface Waiting<Owner> {
  pending: Pending<Owner>;
  frame: Uint8Array;
}

/**
 * Lets PADIs pass at an even rate: when a whole segment dials at once, ACs are asked one after the
 * other. Owners wait in turn, each behind its own; where all places are taken, those of the owner
 * that has most give way. `Pending.asked` says when it was its turn, or that it waits.
 */
export class PadiShaper<Owner> {
  #options: PadiShaperOptions<Owner>;
  #tokens: number;
  /** Milliseconds of the clock when `#tokens` was right. */
  #at: number;
  /** In the order of their turns. */
  #queues = new Map<Owner, Waiting<Owner>[]>();
  #size = 0;
  #armed = false;

  constructor(options: PadiShaperOptions<Owner>) {
    this.#options = options;
    this.#tokens = options.limits.padiBurst;
    this.#at = options.now();
  }

  /** PADIs that wait. */
  get size(): number {
    return this.#size;
  }

  /** Whether a PADI repeats one that waits, or that was passed on just now and not answered yet. */
  repeats(pending: Pending<Owner> | undefined): boolean {
    return pending !== undefined && this.#options.now() - pending.asked < REPETITION;
  }

  /** Whether a PADI of this owner may come. */
  hasRoom(owner: Owner): boolean {
    if (this.#size < this.#places) return true;
    const own = this.#queues.get(owner)?.length ?? 0;
    return this.#longest()[1].length > own + 1;
  }

  /** Sends a PADI for which there is room, now or when its turn comes. */
  submit(pending: Pending<Owner>, frame: Uint8Array): void {
    this.#refill();
    if (this.#size === 0 && this.#tokens >= 1) return this.#send({ pending, frame });
    if (this.#size >= this.#places) this.#makeRoom();
    const queue = this.#queues.get(pending.owner);
    if (queue === undefined) this.#queues.set(pending.owner, [{ pending, frame }]);
    else queue.push({ pending, frame });
    this.#size++;
    pending.asked = Infinity;
    this.#arm();
  }

  /** Forgets what waits of an owner that has gone. */
  removeOwner(owner: Owner): void {
    this.#size -= this.#queues.get(owner)?.length ?? 0;
    this.#queues.delete(owner);
  }

  get #places(): number {
    return Math.ceil(this.#options.limits.padiRate * LONGEST_WAIT / 1000);
  }

  #send({ pending, frame }: Waiting<Owner>): void {
    this.#tokens--;
    pending.asked = this.#options.now();
    this.#options.send(pending, frame);
  }

  #arm(): void {
    if (this.#armed || this.#size === 0) return;
    this.#armed = true;
    const delay = (1 - this.#tokens) * 1000 / this.#options.limits.padiRate;
    this.#options.later(Math.max(1, Math.ceil(delay)), () => {
      this.#armed = false;
      this.#refill();
      while (this.#tokens >= 1 && this.#size > 0) this.#send(this.#next());
      this.#options.sent();
      this.#arm();
    });
  }

  #next(): Waiting<Owner> {
    const [[owner, queue]] = this.#queues;
    this.#queues.delete(owner);
    if (queue.length > 1) this.#queues.set(owner, queue);
    this.#size--;
    return queue.shift() as Waiting<Owner>; // no queue is empty
  }

  #longest(): [Owner, Waiting<Owner>[]] {
    return [...this.#queues].reduce((a, b) => b[1].length > a[1].length ? b : a);
  }

  #makeRoom(): void {
    const [owner, queue] = this.#longest();
    const { pending } = queue.pop() as Waiting<Owner>; // no queue is empty
    if (queue.length === 0) this.#queues.delete(owner);
    this.#size--;
    pending.asked = -Infinity;
    this.#options.dropped(pending);
  }

  #refill(): void {
    const { padiRate, padiBurst } = this.#options.limits;
    const now = this.#options.now();
    this.#tokens = Math.min(padiBurst, this.#tokens + (now - this.#at) * padiRate / 1000);
    this.#at = now;
  }
}
