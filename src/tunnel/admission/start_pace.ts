import type { Rate } from "../../limits/rate.ts";
import { TokenBucket } from "../../limits/token_bucket.ts";
import type { Rank } from "./seat.ts";

/** Handshakes of one kind that may begin at once after a quiet time. */
const BURST = 8;

/**
 * Limits the handshakes that begin per second and in a row, because they take CPU time from the
 * frames of tunnels. Strangers cannot use up the share of known addresses, nor known addresses that
 * of clients with tickets.
 */
export class StartPace {
  #now: () => number;
  #ticketed: TokenBucket;
  #known: TokenBucket;
  #strangers: TokenBucket;

  /** `now` returns milliseconds of a monotonic clock. */
  constructor(perSecond: number, now: () => number) {
    this.#now = now;
    this.#ticketed = new TokenBucket(rateOf(perSecond));
    this.#known = new TokenBucket(rateOf(perSecond));
    this.#strangers = new TokenBucket(rateOf(perSecond));
  }

  /** Applies another rate from now on. */
  reconfigure(perSecond: number): void {
    for (const bucket of [this.#ticketed, this.#known, this.#strangers]) {
      bucket.reconfigure(rateOf(perSecond), this.#now());
    }
  }

  /** Whether a handshake may begin now; if so, counts it. */
  take(rank: Rank): boolean {
    return this.#bucket(rank).take(this.#now());
  }

  /** Milliseconds until a handshake may begin. */
  wait(rank: Rank): number {
    return this.#bucket(rank).wait(this.#now());
  }

  #bucket(rank: Rank): TokenBucket {
    if (rank === "ticketed") return this.#ticketed;
    return rank === "known" ? this.#known : this.#strangers;
  }
}

function rateOf(perSecond: number): Rate {
  return { rate: perSecond, burst: BURST };
}
