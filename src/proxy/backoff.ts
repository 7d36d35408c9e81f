/** Reconnect delays in milliseconds. */
export interface BackoffOptions {
  /** Ceiling of the first delay. */
  base: number;
  /** Ceiling of all delays. */
  cap: number;
  /** A tunnel that stood this long was stable: the next delay begins at `base` again. */
  reset: number;
}

/**
 * Exponential backoff with full jitter: delay n is drawn from [0, min(cap, base * 2^n)). Full
 * jitter spreads the clients of a server that has come back.
 */
export class Backoff {
  #options: BackoffOptions;
  #random: () => number;
  #failures = 0;

  /** `random` gives numbers in [0, 1). */
  constructor(options: BackoffOptions, random: () => number) {
    this.#options = options;
    this.#random = random;
  }

  /** Takes over other delays. */
  reconfigure(options: BackoffOptions): void {
    this.#options = options;
  }

  /** The delay before the next attempt, after a tunnel that stood for `lasted` milliseconds. */
  next(lasted: number): number {
    if (lasted >= this.#options.reset) this.#failures = 0;
    const ceiling = Math.min(this.#options.cap, this.#options.base * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 30);
    return this.#random() * ceiling;
  }
}
