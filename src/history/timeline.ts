/**
 * Equal steps of the wall clock, of which the last `size` are kept. A row belongs to a step only
 * while it has its number, so a clock that jumps loses what it overwrites and nothing else.
 */
export class Timeline {
  /** Length of a step, in milliseconds. */
  readonly step: number;
  /** Number of rows. */
  readonly size: number;
  /** Number of the step that each row holds; 0 if none. */
  #steps: Float64Array;
  /** Time that was sampled within each row's step, in milliseconds. */
  #covered: Float64Array;

  constructor(step: number, size: number) {
    this.step = step;
    this.size = size;
    this.#steps = new Float64Array(size);
    this.#covered = new Float64Array(size);
  }

  /** Returns the number of the step that a time, in milliseconds since 1970, is in. */
  stepAt(time: number): number {
    return Math.floor(time / this.step);
  }

  /** Returns the row of a step, whether or not it still, or already, holds it. */
  row(step: number): number {
    return ((step % this.size) + this.size) % this.size;
  }

  /** Whether the step is kept. */
  has(step: number): boolean {
    return step !== 0 && this.#steps[this.row(step)] === step;
  }

  /** Begins a step, and forgets the one that its row held. Returns false if it had begun. */
  begin(step: number): boolean {
    if (this.has(step)) return false;
    this.#steps[this.row(step)] = step;
    this.#covered[this.row(step)] = 0;
    return true;
  }

  /** Adds sampled time, in milliseconds, to a step that has begun. */
  cover(step: number, time: number): void {
    this.#covered[this.row(step)] += time;
  }

  /** Sampled time of a step, in milliseconds; 0 if it is not kept. */
  covered(step: number): number {
    return this.has(step) ? this.#covered[this.row(step)] : 0;
  }

  /** The first step kept from `first` to `last`; undefined if there is none. */
  earliest(first: number, last: number): number | undefined {
    for (let step = Math.max(first, last - this.size + 1); step <= last; step++) {
      if (this.has(step)) return step;
    }
    return undefined;
  }
}
