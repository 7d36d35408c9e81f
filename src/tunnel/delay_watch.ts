import { TokenBucket } from "../limits/token_bucket.ts";

/**
 * Number of round trips, one after another, that show another path. One may have waited, and so has
 * every ping that is sent before a lost packet was sent again.
 */
const SHOWN_BY = 3;
/**
 * Factors and milliseconds by which these exceed the shortest; full queues add some 30 ms, and on a
 * long path a lost ping, or a queue, another round trip.
 */
const [FACTOR, MARGIN, LONG_FACTOR] = [2, 34, 3];

/**
 * New connections for longer paths: at most this many at once, and per second. Behind a full queue
 * every path becomes longer again, as each new connection finds the queue empty at first.
 */
const RENEWALS = { burst: 4, rate: 1 / 60 };

/**
 * Notices that the path of a client's QUIC connections has become longer. QUIC's BBR in quinn-proto
 * 0.11 limits the bytes in flight by the shortest round trip since the connection began, which it
 * never unlearns: set up at 2 ms, a connection stays slow when the path has 42. A new connection
 * measures the path as it is.
 */
export class DelayWatch {
  #renewals = new TokenBucket(RENEWALS);
  #shortest = Infinity;
  #longer = 0;
  #isNoticed = false;
  /** When the last counted answer arrived. */
  #answeredAt = -Infinity;

  /** Begins with a new connection. */
  begin(): void {
    this.#shortest = Infinity;
    this.#longer = 0;
    this.#isNoticed = false;
    this.#answeredAt = -Infinity;
  }

  /**
   * Handles a round trip in milliseconds that ended at `now`; true, once a connection, if the path
   * is another and a new connection may be made for it.
   */
  measured(roundTrip: number, now: number): boolean {
    this.#shortest = Math.min(this.#shortest, roundTrip);
    const limit = Math.max(FACTOR * this.#shortest + MARGIN, LONG_FACTOR * this.#shortest);
    if (roundTrip <= limit) {
      this.#longer = 0;
      return false;
    }
    if (now - roundTrip < this.#answeredAt) return false;
    this.#answeredAt = now;
    this.#longer++;
    if (this.#isNoticed || this.#longer < SHOWN_BY) return false;
    this.#isNoticed = this.#renewals.take(now);
    return this.#isNoticed;
  }
}
