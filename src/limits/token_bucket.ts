import { type Rate, rescale, take } from "./rate.ts";

/** A token bucket, full at first: a rate per second, and a burst after a quiet time. */
export class TokenBucket {
  #rate: Rate;
  #fullAt = -Infinity;

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** Applies a new rate; tokens taken before `now` still count, up to the new burst. */
  reconfigure(rate: Rate, now: number): void {
    this.#fullAt = rescale(this.#fullAt, this.#rate, rate, now);
    this.#rate = rate;
  }

  /** Takes tokens at `now`, in milliseconds of a monotonic clock; false if there are too few. */
  take(now: number, tokens = 1): boolean {
    const next = take(this.#fullAt, this.#rate, now, tokens);
    if (next === undefined) return false;
    this.#fullAt = next;
    return true;
  }

  /** Adds tokens to those that come with time; a bucket holds no more than its burst. */
  add(tokens: number): void {
    this.#fullAt -= tokens * 1_000 / this.#rate.rate;
  }

  /** Milliseconds from `now` until a token is available. */
  wait(now: number): number {
    const one = 1_000 / this.#rate.rate;
    return Math.max(0, this.#fullAt - now + one - this.#rate.burst * one);
  }
}
