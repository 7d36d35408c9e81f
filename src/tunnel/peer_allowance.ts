import { DatagramAllowance } from "./datagram/datagram_allowance.ts";
import { TokenBucket } from "../limits/token_bucket.ts";

/** Pings of a peer that are answered, per second and in one burst. */
const PING_RATE = 16;
const PING_BURST = 64;
/** The same for pings in datagrams, in addition to those that received datagrams allow. */
const DATAGRAM_PING_RATE = 64;
const DATAGRAM_PING_BURST = 64;

/**
 * Limits what one peer may send that costs work and is of no use. It belongs to the peer, not to a
 * tunnel: a peer that has used it up gets no more by connecting again.
 */
export class PeerAllowance {
  readonly pings: TokenBucket;
  readonly datagramPings: TokenBucket;
  readonly datagrams: DatagramAllowance;

  /** `now` returns milliseconds of a monotonic clock. */
  constructor(now: () => number) {
    this.pings = new TokenBucket(PING_RATE, PING_BURST, now());
    this.datagramPings = new TokenBucket(DATAGRAM_PING_RATE, DATAGRAM_PING_BURST, now());
    this.datagrams = new DatagramAllowance(now);
  }
}
