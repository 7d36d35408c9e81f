/**
 * How many connections are accepted before everything else has its turn. What waits meanwhile waits
 * in the kernel, whose queue is bounded.
 */

/** Connections, and milliseconds of work on them, in one turn. */
const MOST = 32;
const TIME = 0.5;
/** How long others have their turn at least. Milliseconds. */
const PAUSE = 2;

/** The turns of one listener. */
export class AcceptTurn {
  #now: () => number;
  #count = 0;
  #begun = 0;
  #isOver = false;

  /** `now` gives milliseconds of a steady clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A connection was accepted; work on it follows. */
  accepted(): void {
    if (this.#count++ === 0) this.#begun = this.#now();
    if (this.#count >= MOST) this.#isOver = true;
  }

  /**
   * There is no further connection now. Whether to wait for one: after some, more may come soon, and
   * each wait costs two changes of thread.
   */
  noneWaits(): boolean {
    if (this.#count === 0) return true;
    this.#isOver = true;
    return false;
  }

  /** What has to be waited for before the next one, if anything. */
  pause(): Promise<unknown> | undefined {
    const worked = this.#count === 0 ? 0 : this.#now() - this.#begun;
    if (!this.#isOver && worked < TIME) return undefined;
    this.#count = 0;
    this.#isOver = false;
    return new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
