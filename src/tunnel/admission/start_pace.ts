import type { Rank } from "./seat.ts";

/** Handshakes of one kind that may begin at once after a quiet time. */
const BURST = 8;
const SECOND = 1_000;

/** A token bucket that fills at a given rate. */
class Bucket {
  #tokens = BURST;
  #filled: number;

  constructor(public perMillisecond: number, now: number) {
    this.#filled = now;
  }

  fill(now: number): void {
    this.#tokens = Math.min(BURST, this.#tokens + (now - this.#filled) * this.perMillisecond);
    this.#filled = now;
  }

  take(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** Milliseconds until a token is available. */
  get wait(): number {
    return Math.max(0, (1 - this.#tokens) / this.perMillisecond);
  }
}

/**
 * Limits the handshakes that begin per second and in a row, because they take CPU time from the
 * frames of tunnels. Strangers cannot use up the share of known addresses, nor known addresses that
 * of clients with tickets.
 */
export class StartPace {
  #now: () => number;
  #ticketed: Bucket;
  #known: Bucket;
  #strangers: Bucket;

  /** `now` returns milliseconds of a monotonic clock. */
  constructor(perSecond: number, now: () => number) {
    this.#now = now;
    this.#ticketed = new Bucket(perSecond / SECOND, now());
    this.#known = new Bucket(perSecond / SECOND, now());
    this.#strangers = new Bucket(perSecond / SECOND, now());
  }

  /** Applies another rate from now on. */
  reconfigure(perSecond: number): void {
    for (const bucket of [this.#ticketed, this.#known, this.#strangers]) {
      bucket.fill(this.#now());
      bucket.perMillisecond = perSecond / SECOND;
    }
  }

  /** Whether a handshake may begin now; if so, counts it. */
  take(rank: Rank): boolean {
    const bucket = this.#bucket(rank);
    bucket.fill(this.#now());
    return bucket.take();
  }

  /** Milliseconds until a handshake may begin. */
  wait(rank: Rank): number {
    const bucket = this.#bucket(rank);
    bucket.fill(this.#now());
    return bucket.wait;
  }

  #bucket(rank: Rank): Bucket {
    if (rank === "ticketed") return this.#ticketed;
    return rank === "known" ? this.#known : this.#strangers;
  }
}
