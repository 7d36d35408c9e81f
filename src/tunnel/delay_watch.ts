/** Number of round trips in a row that show another path: a single one may have waited. */
const SHOWN_BY = 2;
/** Factor and milliseconds by which these exceed the shortest; full queues add some 30 ms. */
const FACTOR = 2;
const MARGIN = 34;

/**
 * Notices that a QUIC connection's path has become longer. QUIC's BBR in quinn-proto 0.11 limits the
 * bytes in flight by the shortest round trip since the connection began, which it never unlearns:
 * set up at 2 ms, a connection stays slow when the path has 42. A new connection measures the path
 * as it is.
 */
export class DelayWatch {
  #shortest = Infinity;
  #longer = 0;

  /** Handles a round trip in milliseconds; true, once, if the path is another one now. */
  measured(roundTrip: number): boolean {
    this.#shortest = Math.min(this.#shortest, roundTrip);
    const isLonger = roundTrip > FACTOR * this.#shortest + MARGIN;
    this.#longer = isLonger ? this.#longer + 1 : 0;
    return this.#longer === SHOWN_BY;
  }
}
