import type { Mac } from "../pppoe/mac.ts";

/** How long a peer may take to answer a PADT. Milliseconds. */
const ANSWER_TIME = 5_000;
/** Places remembered; the oldest goes first. */
const MAX_PLACES = 16_384;

/** A session's place on our wire. */
export interface Place {
  readonly remote: Mac;
  readonly local: Mac;
  readonly wireSessionId: number;
}

/**
 * Places on the wire whose peer has just been sent a PADT. Some peers answer with one of their own,
 * which would end the next session in the same place: where we choose the id, it gets another.
 */
export class PartedPlaces {
  #until = new Map<string, number>();
  #now: () => number;

  /** `now` gives milliseconds of a steady clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The peer was sent a PADT. */
  add(place: Place): void {
    const name = nameOf(place);
    this.#until.delete(name); // to the end: the map's order is that of time
    this.#until.set(name, this.#now() + ANSWER_TIME);
    if (this.#until.size <= MAX_PLACES) return;
    for (const oldest of this.#until.keys()) return void this.#until.delete(oldest);
  }

  /** The peer has answered. */
  forget(place: Place): void {
    this.#until.delete(nameOf(place));
  }

  /** Whether the peer's answer may still come. */
  has(place: Place): boolean {
    return (this.#until.get(nameOf(place)) ?? -Infinity) > this.#now();
  }
}

function nameOf({ remote, local, wireSessionId }: Place): string {
  return `${remote}/${local}/${wireSessionId}`;
}
