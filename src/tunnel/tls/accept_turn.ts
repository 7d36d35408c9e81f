/**
 * Limits how many connections are accepted in a row, so that everything else gets its turn. Waiting
 * connections stay in the kernel, whose queue is bounded.
 */

/** Maximum number of connections, and milliseconds of work on them, in one turn. */
const MOST = 32;
const TIME = 0.5;
/** Minimum time for everything else between two turns, in milliseconds. */
const PAUSE = 2;

/** The turns of one listener. */
export class AcceptTurn {
  #now: () => number;
  #count = 0;
  #begun = 0;
  #isOver = false;

  /** `now` returns milliseconds of a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts an accepted connection; work on it follows. */
  accepted(): void {
    if (this.#count++ === 0) this.#begun = this.#now();
    if (this.#count >= MOST) this.#isOver = true;
  }

  /**
   * Records that no connection is waiting. Returns whether to wait for one: after a few, more may
   * follow soon, and each wait costs two thread switches.
   */
  noneWaits(): boolean {
    if (this.#count === 0) return true;
    this.#isOver = true;
    return false;
  }

  /** A pause to await before the next connection is accepted; undefined if none is due. */
  pause(): Promise<unknown> | undefined {
    const worked = this.#count === 0 ? 0 : this.#now() - this.#begun;
    if (!this.#isOver && worked < TIME) return undefined;
    this.#count = 0;
    this.#isOver = false;
    return new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
