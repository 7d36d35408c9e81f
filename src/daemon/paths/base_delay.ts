/** The shortest round trip is that of this period and the one before, in milliseconds. */
const PERIOD = 300_000;

/**
 * The shortest round trip of a path in the last five to ten minutes: of the empty path, unless it
 * has been full for all that time. Pure; times are milliseconds of a monotonic clock.
 */
export class BaseDelay {
  #since = -Infinity;
  #current = Infinity;
  #before = Infinity;

  /** Records a round trip in milliseconds. */
  measured(roundTrip: number, now: number): void {
    if (now - this.#since >= PERIOD) {
      this.#before = now - this.#since < 2 * PERIOD ? this.#current : Infinity;
      this.#current = Infinity;
      this.#since = now;
    }
    this.#current = Math.min(this.#current, roundTrip);
  }

  /** Infinity before the first round trip. */
  get shortest(): number {
    return Math.min(this.#current, this.#before);
  }
}
