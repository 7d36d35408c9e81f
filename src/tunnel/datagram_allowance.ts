import { TokenBucket } from "./token_bucket.ts";

/** Useless datagrams that a peer may send a second. */
const RATE = 512;
/**
 * Useless datagrams at once: when sessions end, what is under way for them still arrives. That is
 * at most the largest window, 4 MiB, of frames of 256 bytes.
 */
const BURST = 16_384;

/** A malformed datagram counts for so many, as no honest peer sends one. */
const MALFORMED = 16;

/**
 * How many datagrams of a peer may be of no use: malformed, of no session, halves that stay alone,
 * pings that cover nothing. Every useful one allows another, for a path that loses packets leaves
 * halves alone: so whoever sends both costs no more than twice its useful datagrams.
 */
export class DatagramAllowance {
  #bucket: TokenBucket;
  #now: () => number;

  /** `now` gives milliseconds of a steady clock. */
  constructor(now: () => number) {
    this.#bucket = new TokenBucket(RATE, BURST, now());
    this.#now = now;
  }

  /** A datagram has brought a frame of a session, or an answer that was waited for. */
  useful(): void {
    this.#bucket.add(1);
  }

  /** A datagram is none of ours; false where that is more than the peer may send. */
  malformed(): boolean {
    this.#bucket.add(1 - MALFORMED);
    return this.useless();
  }

  /** A datagram has brought nothing; false where that is more than the peer may send. */
  useless(): boolean {
    return this.#bucket.take(this.#now());
  }
}
