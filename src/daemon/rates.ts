/** Frames and bytes in each direction: the counters of traffic. */
export const TRAFFIC = 4;
/** Number of samples that a rate spans; they are taken about once a second. */
const SPAN = 5;

/** The counters of one subject at the last samples, oldest overwritten. */
interface Ring {
  readonly times: Float64Array;
  readonly counters: Float64Array;
  /** Number of samples taken. */
  taken: number;
  /** Number of the round in which the subject was seen last. */
  round: number;
}

/** Takes the counters of one name. */
type Add = (name: string, counters: ArrayLike<number>) => void;

/**
 * Traffic per second over the last seconds, by name, from counters that only grow. Keeps six samples
 * of a name, and forgets names that are no longer sampled.
 */
export class Rates {
  #rings = new Map<string, Ring>();
  #round = 0;

  /** Takes a sample of every name at a time of a monotonic clock, in milliseconds. */
  sample(now: number, visit: (add: Add) => void): void {
    this.#round++;
    visit((name, counters) => this.#add(now, name, counters));
    for (const [name, { round }] of this.#rings) {
      if (round !== this.#round) this.#rings.delete(name);
    }
  }

  /** Number of names that have rates. */
  get size(): number {
    return this.#rings.size;
  }

  /** Returns the rates of a name, per second, in the order of its counters. */
  of(name: string): readonly number[] {
    const ring = this.#rings.get(name);
    if (ring === undefined || ring.taken < 2) return NO_RATES;
    const latest = (ring.taken - 1) % (SPAN + 1);
    const first = ring.taken > SPAN + 1 ? ring.taken % (SPAN + 1) : 0;
    const seconds = (ring.times[latest] - ring.times[first]) / 1_000;
    if (seconds <= 0) return NO_RATES;
    return NO_RATES.map((_, at) => {
      const grown = ring.counters[latest * TRAFFIC + at] - ring.counters[first * TRAFFIC + at];
      return Math.max(0, grown) / seconds;
    });
  }

  #add(now: number, name: string, counters: ArrayLike<number>): void {
    let ring = this.#rings.get(name);
    if (ring === undefined) {
      ring = {
        times: new Float64Array(SPAN + 1),
        counters: new Float64Array((SPAN + 1) * TRAFFIC),
        taken: 0,
        round: 0,
      };
      this.#rings.set(name, ring);
    }
    const at = ring.taken++ % (SPAN + 1);
    ring.times[at] = now;
    ring.counters.set(counters, at * TRAFFIC);
    ring.round = this.#round;
  }
}

const NO_RATES: readonly number[] = [0, 0, 0, 0];
