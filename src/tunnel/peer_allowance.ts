import { DatagramAllowance } from "./datagram_allowance.ts";
import { TokenBucket } from "./token_bucket.ts";

/** Pings of a peer that are answered: so many a second, and so many at once. */
const PING_RATE = 16;
const PING_BURST = 64;
/** The same for pings in datagrams, beside those that datagrams allow. */
const DATAGRAM_PING_RATE = 64;
const DATAGRAM_PING_BURST = 64;

/**
 * What one peer may send that costs us work and brings nothing. It belongs to the peer and not to a
 * tunnel: whoever has used it up and connects again has no more of it.
 */
export class PeerAllowance {
  readonly pings: TokenBucket;
  readonly datagramPings: TokenBucket;
  readonly datagrams: DatagramAllowance;

  /** `now` gives milliseconds of a steady clock. */
  constructor(now: () => number) {
    this.pings = new TokenBucket(PING_RATE, PING_BURST, now());
    this.datagramPings = new TokenBucket(DATAGRAM_PING_RATE, DATAGRAM_PING_BURST, now());
    this.datagrams = new DatagramAllowance(now);
  }
}
