/** Maximum number of keys; the least recently logged key is evicted first. */
const MAX_KEYS = 256;
const SECOND = 1_000;

interface Quota {
  /** Time at which the records so far are due at one per second, in milliseconds. */
  due: number;
  suppressed: number;
}

/**
 * Rate limit for log records that a peer can trigger at will: one record per second and key, with a
 * burst after a quiet period. Counts the suppressed records.
 */
export class LineLimit {
  #quotas = new Map<string, Quota>();
  #now: () => number;
  #slack: number;

  /**
   * `now` is a monotonic clock in milliseconds; `burst` is the maximum number of records at once.
   */
  constructor(now: () => number, burst = 1) {
    this.#now = now;
    this.#slack = (burst - 1) * SECOND;
  }

  /**
   * Calls `emit` with the number of records suppressed since the last call of it, or counts this
   * one.
   */
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

/** The field of a record with the number of records suppressed before it; no field for zero. */
export function suppressedFact(suppressed: number): { suppressed?: number } {
  return suppressed > 0 ? { suppressed } : {};
}
