// @ts-check
/** Samples of traffic since the page was opened, by what they are about. Pure. */

/** Samples kept of one series: ten minutes, one every two seconds. */
const SAMPLES = 300;
/** Series kept: everything, and the clients and sessions seen last. */
const SERIES = 60;

/**
 * Times in seconds since 1970, and a rate each; null leaves a gap.
 *
 * @typedef {{ times: number[]; rates: import("./rates.js").Rate[] }} Samples
 */

/** The series of everything ("all"), of clients and of sessions. */
export class Series {
  /** Least recently used first. @type {Map<string, Samples>} */
  #byName = new Map();

  /** @param {string} name @param {number} time Seconds since 1970. @param {import("./rates.js").Rate} rate */
  add(name, time, rate) {
    const samples = this.#byName.get(name) ?? { times: [], rates: [] };
    samples.times.push(time);
    samples.rates.push(rate);
    if (samples.times.length > SAMPLES) {
      samples.times.shift();
      samples.rates.shift();
    }
    this.#byName.delete(name);
    this.#byName.set(name, samples);
    if (this.#byName.size <= SERIES) return;
    const oldest = [...this.#byName.keys()].find((name) => name !== "all");
    if (oldest !== undefined) this.#byName.delete(oldest);
  }

  /** @param {string} name @returns {Samples} */
  of(name) {
    return this.#byName.get(name) ?? { times: [], rates: [] };
  }
}
