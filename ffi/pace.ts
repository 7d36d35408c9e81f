/** Time between two wake-ups under load: waking costs more than frames do. Milliseconds. */
export const MODERATION = 0.5;
/** Wake-ups that may follow closer: frames that happen to come close together do not wait. */
const SPARE = 4;
/** Frames that count as alone when they come together. */
const FEW = 4;
/** So many times in a row, or a link that has to wait for a core would take its frames for alone. */
const OFTEN = 8;

/**
 * How a batch of frames came: as one of many that come alone, soon after another, or so soon so
 * often that a rest is due.
 */
export type Arrival = "alone" | "close" | "crowded";

/**
 * Tells after which batches of frames a link is to rest for {@linkcode MODERATION}, and which came
 * alone.
 *
 *     alert, 4 to spare ──batch──▶ one less … none ──batch──▶ resting after every batch
 *       ▲                                                        │
 *       ├──frames 0.5 ms after the last──────────────┐           │
 *       └────────────────────────────────────────── alert ◀──────┘ nothing came while it rested
 */
export class Pace {
  #spare = SPARE;
  #last = 0;
  #rested = false;
  /** Batches of few frames that came apart, in a row. */
  #alone = 0;

  /** How so many frames came, of which the first was taken then, in milliseconds of the clock. */
  arrival(begin: number, frames: number): Arrival {
    const apart = !this.#rested && begin - this.#last >= MODERATION;
    if (apart) this.#spare = SPARE;
    this.#alone = apart && frames <= FEW ? this.#alone + 1 : 0;
    this.#last = begin;
    this.#rested = this.#spare === 0;
    if (this.#rested) return "crowded";
    this.#spare--;
    return this.#alone >= OFTEN ? "alone" : "close";
  }

  /** There were more than are taken at once, or than could be passed on. */
  manyCame(): void {
    this.#alone = 0;
  }

  /** There were no frames. */
  nothingCame(): void {
    this.#rested = false;
  }
}
