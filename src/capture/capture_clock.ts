import type { Timestamp } from "./pcapng.ts";

/** If the clocks differ by more than this, in milliseconds, the wall clock was set. */
const STEP = 50;

/** A clock with the resolution of the steady clock, up to nanoseconds, that does not allocate. */
export class CaptureClock implements Timestamp {
  seconds = 0;
  nanoseconds = 0;
  #wall: () => number;
  #steady: () => number;
  /** Readings of both clocks at the same moment. */
  #wallThen: number;
  #steadyThen: number;

  /** `wall` returns milliseconds since 1970, `steady` milliseconds with fractions. */
  constructor(wall: () => number, steady: () => number) {
    this.#wall = wall;
    this.#steady = steady;
    this.#wallThen = wall();
    this.#steadyThen = steady();
  }

  /** Reads the clocks and updates `seconds` and `nanoseconds`. */
  read(): this {
    const wall = this.#wall();
    let elapsed = this.#steady() - this.#steadyThen;
    if (Math.abs(this.#wallThen + elapsed - wall) > STEP) {
      this.#wallThen = wall;
      this.#steadyThen += elapsed;
      elapsed = 0;
    }
    const whole = Math.floor(elapsed);
    const milliseconds = this.#wallThen + whole;
    this.seconds = Math.floor(milliseconds / 1_000);
    this.nanoseconds = milliseconds % 1_000 * 1e6 + Math.floor((elapsed - whole) * 1e6);
    return this;
  }
}
