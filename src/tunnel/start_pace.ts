import type { Rank } from "./seat.ts";

/** Handshakes of one kind that begin at once after a quiet time. */
const BURST = 8;
const SECOND = 1_000;

/** A bucket of tokens that fills at a rate. */
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

  /** Milliseconds until there is a token. */
  get wait(): number {
    return Math.max(0, (1 - this.#tokens) / this.perMillisecond);
  }
}

/**
 * Bounds how many handshakes begin in a second, and in a row, which take a CPU's time from the
 * frames of tunnels. Strangers cannot use up what known addresses have, nor these what clients with
 * tickets have.
 */
export class StartPace {
  #now: () => number;
  #ticketed: Bucket;
  #known: Bucket;
  #strangers: Bucket;

  /** `now` gives milliseconds of a steady clock. */
  constructor(perSecond: number, now: () => number) {
    this.#now = now;
    this.#ticketed = new Bucket(perSecond / SECOND, now());
    this.#known = new Bucket(perSecond / SECOND, now());
    this.#strangers = new Bucket(perSecond / SECOND, now());
  }

  /** Takes over another rate, which counts from the last fill. */
  reconfigure(perSecond: number): void {
    for (const bucket of [this.#ticketed, this.#known, this.#strangers]) {
      bucket.fill(this.#now());
      bucket.perMillisecond = perSecond / SECOND;
    }
  }

  /** Whether a handshake may begin now; it is counted then. */
  take(rank: Rank): boolean {
    const bucket = this.#bucket(rank);
    bucket.fill(this.#now());
    return bucket.take();
  }

  /** Milliseconds until one may begin. */
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
