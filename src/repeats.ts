/** Pause after the first line of a key, which doubles with each further one, in milliseconds. */
const FIRST_PAUSE = 10_000;
const LONGEST_PAUSE = 600_000;
/** Maximum number of keys; the key whose line is the oldest is evicted first. */
const MAX_KEYS = 64;

interface Repeat {
  /** Time before which further lines are left out, in milliseconds. */
  quietUntil: number;
  pause: number;
}

/**
 * Limits lines about something that goes on, such as a server that cannot be reached: the first is
 * written at once, equal ones at growing distance.
 */
export class Repeats {
  #keys = new Map<string, Repeat>();
  #now: () => number;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether a line of this key is due now; if not, it is to be left out. */
  isDue(key: string): boolean {
    const now = this.#now();
    const repeat = this.#keys.get(key);
    if (repeat !== undefined && now < repeat.quietUntil) return false;
    const pause = repeat === undefined ? FIRST_PAUSE : Math.min(repeat.pause * 2, LONGEST_PAUSE);
    this.#keys.delete(key);
    for (const oldest of this.#keys.keys()) {
      if (this.#keys.size < MAX_KEYS) break;
      this.#keys.delete(oldest);
    }
    this.#keys.set(key, { quietUntil: now + pause, pause });
    return true;
  }

  /** Begins from the start, because what went on has ended. */
  clear(): void {
    this.#keys.clear();
  }
}
