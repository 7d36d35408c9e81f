/** Keys remembered; the one whose last record is the oldest goes first. */
const MAX_KEYS = 256;
const SECOND = 1_000;

interface Quota {
  /** When the records so far would have been due at one a second. */
  due: number;
  suppressed: number;
}

/**
 * Lets one record a second through for each key, and some more at once after a quiet time: for what
 * a peer can cause at will. What is left out is counted.
 */
export class LineLimit {
  #quotas = new Map<string, Quota>();
  #now: () => number;
  #slack: number;

  /** `now` gives milliseconds of a steady clock; `burst` is how many records pass at once. */
  constructor(now: () => number, burst = 1) {
    this.#now = now;
    this.#slack = (burst - 1) * SECOND;
  }

  /** Calls `emit` with the number of calls since the last one let through, or counts this one. */
  log(key: string, emit: (suppressed: number) => void): void {
    const now = this.#now();
    const quota = this.#quotas.get(key);
    if (quota !== undefined && now < quota.due - this.#slack) {
      quota.suppressed++;
      return;
    }
    this.#quotas.delete(key);
    if (this.#quotas.size >= MAX_KEYS) {
      for (const oldest of this.#quotas.keys()) {
        this.#quotas.delete(oldest);
        break;
      }
    }
    this.#quotas.set(key, { due: Math.max(now, quota?.due ?? now) + SECOND, suppressed: 0 });
    emit(quota?.suppressed ?? 0);
  }
}

/** The field of a record that tells what was left out before it, if anything was. */
export function suppressedFact(suppressed: number): { suppressed?: number } {
  return suppressed > 0 ? { suppressed } : {};
}
