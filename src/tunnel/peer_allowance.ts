import { DatagramAllowance } from "./datagram/datagram_allowance.ts";
import type { Rate } from "../limits/rate.ts";
import { TokenBucket } from "../limits/token_bucket.ts";

/** Pings of a peer that are answered, per second and in one burst. */
const PINGS: Rate = { rate: 16, burst: 64 };
/** The same for pings in datagrams, in addition to those that received datagrams allow. */
const DATAGRAM_PINGS: Rate = { rate: 64, burst: 64 };

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
    this.pings = new TokenBucket(PINGS);
    this.datagramPings = new TokenBucket(DATAGRAM_PINGS);
    this.datagrams = new DatagramAllowance(now);
  }
}
