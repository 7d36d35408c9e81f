// @ts-check
/** Computes rates from counters that only grow. */

const FIELDS = /** @type {const} */ (["bytes_up", "bytes_down", "frames_up", "frames_down"]);
/**
 * @typedef {{ bytes_up: number; bytes_down: number; frames_up: number; frames_down: number }} Counters
 * @typedef {{ bytes_up: number; bytes_down: number; frames_up: number; frames_down: number } | null} Rate
 */

/** @returns {Counters} */
function none() {
  return { bytes_up: 0, bytes_down: 0, frames_up: 0, frames_down: 0 };
}

/** Rates per second by name. */
export class Rates {
  /** @type {Map<string, Counters>} */
  #last = new Map();
  #time = 0;
  /** @type {Map<string, Rate>} */
  #rates = new Map();

  /**
   * @param {number} time Seconds, of any clock that does not jump.
   * @param {Iterable<readonly [string, Counters]>} counters
   */
  update(time, counters) {
    const elapsed = time - this.#time;
    if (elapsed > 0 && elapsed < 0.5) return; // too short to measure
    const before = this.#last;
    this.#last = new Map(counters);
    this.#time = time;
    this.#rates = new Map();
    for (const [name, now] of this.#last) {
      this.#rates.set(name, rate(before.get(name), now, elapsed));
    }
  }

  /** @param {string} name @returns {Rate} Null before two updates, and across a restart. */
  of(name) {
    return this.#rates.get(name) ?? null;
  }
}

/**
 * @param {Counters | undefined} before
 * @param {Counters} now
 * @param {number} elapsed
 * @returns {Rate}
 */
function rate(before, now, elapsed) {
  if (before === undefined || elapsed <= 0) return null;
  const result = none();
  for (const field of FIELDS) {
    const more = now[field] - before[field];
    if (more < 0) return null;
    result[field] = more / elapsed;
  }
  return result;
}

/** @param {Rate} rate @param {"up" | "down"} way @returns {number | null} Bits per second. */
export function bits(rate, way) {
  return rate === null ? null : rate[`bytes_${way}`] * 8;
}
