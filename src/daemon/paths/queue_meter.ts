import type { PathSample } from "./path_sample.ts";

/** Age of the queue at which it is long, in milliseconds. */
const LONG_QUEUE = 200;
/** Number of the last looks that are considered, and of those with a long queue that are many. */
const LOOKS = 5;
const MANY = 3;
/** A round trip is long if it is this many times the shortest one, and longer by this many ms. */
const TIMES_LONGER = 4;
const LONGER_BY = 400;
/**
 * Number of long round trips in a row before the other direction is to blame: data of this one first
 * fills the kernel's buffers, for some seconds, and waits here only then.
 */
const MIN_LONG = 6;

/** The direction of a path that carries less than is sent. */
export type Full =
  | { readonly direction: "to"; readonly queued: number; readonly age: number }
  | { readonly direction: "from"; readonly roundTrip: number; readonly shortest: number };

/**
 * Notices which direction of a path is full: data waits here while the peer confirms earlier data;
 * or nothing waits here, and answers still take many times as long as on the empty path. Pure.
 */
export class QueueMeter {
  #confirmed: number | undefined;
  /** Whether the queue was long, by look; the latest is last. */
  #looks: boolean[] = [];
  #shortest = Infinity;
  #roundTrip: number | undefined;
  #long = 0;

  /** Looks at a path; call it about once a second. */
  look({ confirmed, queued, queueAge, roundTrip }: PathSample): Full | undefined {
    // A path that confirms nothing is down, and not full.
    const isAlive = confirmed !== undefined && confirmed > (this.#confirmed ?? Infinity);
    this.#confirmed = confirmed;
    this.#looks.push(isAlive && queueAge >= LONG_QUEUE);
    if (this.#looks.length > LOOKS) this.#looks.shift();
    const isLong = this.#looks.filter(Boolean).length;
    this.#answered(roundTrip, isLong > 0 || queueAge >= LONG_QUEUE);
    if (isLong >= MANY) return { direction: "to", queued, age: queueAge };
    if (this.#long < MIN_LONG || roundTrip === undefined) return undefined;
    return { direction: "from", roundTrip, shortest: this.#shortest };
  }

  /** Takes the latest round trip, which may still be that of an earlier look. */
  #answered(roundTrip: number | undefined, isQueued: boolean): void {
    if (isQueued) this.#long = 0;
    if (roundTrip === undefined || roundTrip === this.#roundTrip) return;
    this.#roundTrip = roundTrip;
    this.#shortest = Math.min(this.#shortest, roundTrip);
    const limit = Math.max(TIMES_LONGER * this.#shortest, this.#shortest + LONGER_BY);
    this.#long = !isQueued && roundTrip >= limit ? this.#long + 1 : 0;
  }
}
