/** Reconnect delays in milliseconds. */
export interface BackoffOptions {
  /** Maximum of the first delay. */
  base: number;
  /** Maximum of all delays. */
  cap: number;
  /** A tunnel that was up this long was stable: the next delay starts from `base` again. */
  reset: number;
}

/**
 * Exponential backoff with full jitter: delay n is drawn from [0, min(cap, base * 2^n)). Full
 * jitter spreads the reconnects of clients when their server returns.
 */
export class Backoff {
  #options: BackoffOptions;
  #random: () => number;
  #failures = 0;

  /** `random` returns numbers in [0, 1). */
  constructor(options: BackoffOptions, random: () => number) {
    this.#options = options;
    this.#random = random;
  }

  /** Applies new delays. */
  reconfigure(options: BackoffOptions): void {
    this.#options = options;
  }

  /** Returns the delay before the next attempt, after a tunnel that was up for `lasted` ms. */
  next(lasted: number): number {
    if (lasted >= this.#options.reset) this.#failures = 0;
    const ceiling = Math.min(this.#options.cap, this.#options.base * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 30);
    return this.#random() * ceiling;
  }
}
