/** Time between two wake-ups under load: waking costs more than frames do. Milliseconds. */
export const MODERATION = 0.5;
/** Wake-ups that may follow closer: frames that happen to come close together do not wait. */
const SPARE = 4;

/**
 * Tells after which batches of frames a link is to rest for {@linkcode MODERATION}.
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

  /** Whether a rest is due after the batch that began then, in milliseconds of the clock. */
  isRestDue(begin: number): boolean {
    if (!this.#rested && begin - this.#last >= MODERATION) this.#spare = SPARE;
    this.#last = begin;
    this.#rested = this.#spare === 0;
    if (!this.#rested) this.#spare--;
    return this.#rested;
  }

  /** There were no frames. */
  nothingCame(): void {
    this.#rested = false;
  }
}
