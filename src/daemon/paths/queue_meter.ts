import { BaseDelay } from "./base_delay.ts";
import { DropMeter } from "./drop_meter.ts";
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
 * Number of long round trips in a row before the other direction is to blame. Over TLS data of this
 * one first fills the kernel's buffers, for some seconds, and waits here only then.
 */
const MIN_LONG = { tls: 6, quic: 3 };
/** Frames of the peer a second without which it does not fill the path: that has become longer. */
const MIN_RECEIVED = 3;

/** The direction of a path that carries less than is sent. */
export type Full =
  | { readonly direction: "to"; readonly queued: number; readonly age: number }
  | { readonly direction: "to"; readonly dropped: number }
  | { readonly direction: "from" } & Delay
  /** Frames are dropped here, and packets wait on the path, in the one direction or the other. */
  | { readonly direction: "either"; readonly dropped: number } & Delay;

interface Delay {
  readonly roundTrip: number;
  readonly shortest: number;
}

/**
 * Notices which direction of a path is full: data waits here while the peer confirms earlier data,
 * or is dropped; or neither, and answers still take many times as long as on the empty path. Looks
 * at all tunnels of a peer, one after another. Pure.
 */
export class QueueMeter {
  #confirmed: number | undefined;
  /** Whether the queue was long, by look; the latest is last. */
  #looks: boolean[] = [];
  #drops = new DropMeter();
  #base = new BaseDelay();
  #roundTrip: number | undefined;
  #long = 0;

  /** Looks at a path at `now`, in milliseconds; call it about once a second. */
  look(sample: PathSample, now: number): Full | undefined {
    const { confirmed, queued, queueAge, roundTrip, received } = sample;
    // A path that confirms nothing is down, and not full.
    const isAlive = confirmed !== undefined && confirmed > (this.#confirmed ?? Infinity);
    this.#confirmed = confirmed;
    this.#looks.push(isAlive && queueAge >= LONG_QUEUE);
    if (this.#looks.length > LOOKS) this.#looks.shift();
    const isLong = this.#looks.filter(Boolean).length;
    const isQuic = sample.inFlight === undefined;
    // Over TLS the queue shows it.
    const dropped = isQuic ? this.#drops.look(sample, isAlive) : undefined;
    const isQueued = isLong > 0 || queueAge >= LONG_QUEUE || dropped !== undefined;
    this.#answered(roundTrip, isQueued, now);
    if (isLong >= MANY) return { direction: "to", queued, age: queueAge };
    const { shortest } = this.#base;
    if (dropped !== undefined) {
      // What is dropped here is bounded by the delay of answers, whichever direction causes it.
      return roundTrip !== undefined && this.#isLate(roundTrip)
        ? { direction: "either", dropped, roundTrip, shortest }
        : { direction: "to", dropped };
    }
    const isFrom = this.#long >= MIN_LONG[isQuic ? "quic" : "tls"] && received >= MIN_RECEIVED;
    return isFrom && roundTrip !== undefined
      ? { direction: "from", roundTrip, shortest }
      : undefined;
  }

  /** Takes the latest round trip, which may still be that of an earlier look. */
  #answered(roundTrip: number | undefined, isQueued: boolean, now: number): void {
    if (isQueued) this.#long = 0;
    if (roundTrip === undefined || roundTrip === this.#roundTrip) return;
    this.#roundTrip = roundTrip;
    this.#base.measured(roundTrip, now);
    this.#long = !isQueued && this.#isLate(roundTrip) ? this.#long + 1 : 0;
  }

  #isLate(roundTrip: number): boolean {
    const { shortest } = this.#base;
    return roundTrip >= Math.max(TIMES_LONGER * shortest, shortest + LONGER_BY);
  }
}
