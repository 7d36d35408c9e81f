import type { Moment } from "./pcapng.ts";

/** The wall clock was set where it is off by more; milliseconds. */
const STEP = 50;

/** Tells the time to the nanosecond, as far as the steady clock does, without allocating. */
export class CaptureClock implements Moment {
  seconds = 0;
  nanoseconds = 0;
  #wall: () => number;
  #steady: () => number;
  /** What both clocks said at the same moment. */
  #wallThen: number;
  #steadyThen: number;

  /** `wall` gives milliseconds since 1970, `steady` milliseconds with fractions. */
  constructor(wall: () => number, steady: () => number) {
    this.#wall = wall;
    this.#steady = steady;
    this.#wallThen = wall();
    this.#steadyThen = steady();
  }

  /** Reads the clocks; `seconds` and `nanoseconds` say what time it is. */
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
