/**
 * Minimum time between two wakeups under load, in milliseconds: a wakeup costs more than frames.
 */
export const MODERATION_INTERVAL = 0.5;
/** Wakeups exempt from moderation: frames that happen to arrive close together do not wait. */
const SPARE = 4;
/** Maximum frames in a batch that counts as isolated. */
const FEW = 4;
/**
 * Isolated batches needed in a row; otherwise a link starved of CPU would see frames as isolated.
 */
const OFTEN = 8;

/**
 * How a batch of frames arrived: as one of many isolated ones ("alone"), soon after the previous
 * one ("close"), or close so often that a rest is due ("crowded").
 */
export type Arrival = "alone" | "close" | "crowded";

/**
 * Interrupt moderation: decides after which batches of frames a link rests for
 * {@linkcode MODERATION_INTERVAL}, and which batches were isolated.
 *
 *     alert, 4 to spare ──batch──▶ one less … none ──batch──▶ resting after every batch
 *       ▲                                                        │
 *       ├──frames 0.5 ms after the last──────────────┐           │
 *       └────────────────────────────────────────── alert ◀──────┘ no frames during the rest
 */
export class InterruptModeration {
  #spare = SPARE;
  #last = 0;
  #rested = false;
  /** Consecutive isolated batches. */
  #alone = 0;

  /** Classifies a batch of `frames` frames. `begin`: when its first was taken, in milliseconds. */
  arrival(begin: number, frames: number): Arrival {
    const apart = !this.#rested && begin - this.#last >= MODERATION_INTERVAL;
    if (apart) this.#spare = SPARE;
    this.#alone = apart && frames <= FEW ? this.#alone + 1 : 0;
    this.#last = begin;
    this.#rested = this.#spare === 0;
    if (this.#rested) return "crowded";
    this.#spare--;
    return this.#alone >= OFTEN ? "alone" : "close";
  }

  /** Records that more frames arrived than one batch takes, or than could be forwarded. */
  manyCame(): void {
    this.#alone = 0;
  }

  /** Records that no frames arrived. */
  nothingCame(): void {
    this.#rested = false;
  }
}
