/**
 * Maximum time between two turns of the event loop while batches follow each other, in
 * milliseconds: what others leave for the end of a turn (setImmediate) and timers wait for it.
 */
export const TURN_EVERY = 2;

/**
 * Decides after which batches of frames the event loop gets a turn. A turn costs more than ten
 * frames, so a batch that has left nothing to do, and after which the link rests anyway, needs none.
 * Data for Deno's sockets ends the rest, whatever is decided here.
 */
export class LoopTurns {
  #last = -Infinity;
  #isOwed = false;

  /** Whether the turn after a batch may be left out, at `time` in milliseconds. */
  maySkip(time: number): boolean {
    return time - this.#last < TURN_EVERY;
  }

  /** Records that the turn after a batch was left out. */
  skipped(): void {
    this.#isOwed = true;
  }

  /** Records a turn. */
  taken(time: number): void {
    this.#last = time;
    this.#isOwed = false;
  }

  /** Whether the last batch had no turn: one is due before a wait that is no rest. */
  get isOwed(): boolean {
    return this.#isOwed;
  }
}
