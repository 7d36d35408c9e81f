import type { Rate } from "../../limits/rate.ts";
import { TokenBucket } from "../../limits/token_bucket.ts";

/**
 * Useless datagrams that a peer may send. The burst: after sessions end, frames in flight for them
 * still arrive. That is at most the largest window, 8 MiB, of frames with 256 bytes on average.
 */
const USELESS: Rate = { rate: 512, burst: 32_768 };

/** Useless datagrams that a malformed one counts as, because no honest peer sends one. */
const MALFORMED = 32;

/**
 * Limits a peer's useless datagrams: malformed ones, frames of no session, single fragments, and
 * pings that cover no data. Every useful datagram allows one more, because a lossy path leaves
 * single fragments. So a peer that sends both costs at most twice as much as its useful datagrams.
 */
export class DatagramAllowance {
  #bucket = new TokenBucket(USELESS);
  #now: () => number;

  /** `now` returns milliseconds of a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts a datagram with a session frame or an awaited answer. */
  useful(): void {
    this.#bucket.add(1);
  }

  /** Counts a malformed datagram; false if the peer has exceeded its limit. */
  malformed(): boolean {
    return this.#bucket.take(this.#now(), MALFORMED);
  }

  /** Counts a useless datagram; false if the peer has exceeded its limit. */
  useless(): boolean {
    return this.#bucket.take(this.#now());
  }
}
