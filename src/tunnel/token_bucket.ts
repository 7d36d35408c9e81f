/** So many a second, and some more at once after a quiet time. */
export class TokenBucket {
  #rate: number;
  #burst: number;
  #tokens: number;
  #at: number;

  /** `rate` tokens a second up to `burst`, which are there at `now`, in milliseconds of a clock. */
  constructor(rate: number, burst: number, now: number) {
    this.#rate = rate;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now;
  }

  /** Takes a token; false where there is none. */
  take(now: number): boolean {
    this.add(Math.max(0, now - this.#at) * this.#rate / 1_000);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** Puts in tokens beside those that come with time. */
  add(tokens: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + tokens);
  }
}
