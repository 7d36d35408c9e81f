import type { Mac } from "../../pppoe/mac.ts";
import { setLatest } from "../../set_latest.ts";

/** Time in which a host may answer a PADT, in milliseconds. */
const ANSWER_TIME = 5_000;
/** Maximum number of places remembered; evicts the oldest. */
const MAX_PLACES = 16_384;

/** A session's place on our wire. */
export interface Place {
  readonly remote: Mac;
  readonly local: Mac;
  readonly wireSessionId: number;
}

/**
 * Places on the wire whose host has just been sent a PADT. Some hosts answer with a PADT of their
 * own, which would end the next session in the same place. Where we choose the session id, we
 * therefore choose another one.
 */
export class ClosedPlaces {
  #until = new Map<string, number>();
  #now: () => number;

  /** `now` is a monotonic clock, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Records that the host was sent a PADT. */
  add(place: Place): void {
    setLatest(this.#until, nameOf(place), this.#now() + ANSWER_TIME, MAX_PLACES);
  }

  /** Records that the host has answered. */
  forget(place: Place): void {
    this.#until.delete(nameOf(place));
  }

  /** Whether the host's answer may still arrive. */
  has(place: Place): boolean {
    return (this.#until.get(nameOf(place)) ?? -Infinity) > this.#now();
  }
}

function nameOf({ remote, local, wireSessionId }: Place): string {
  return `${remote}/${local}/${wireSessionId}`;
}
