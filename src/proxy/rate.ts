/** So many a second, and so many at once. */
export interface Rate {
  readonly rate: number;
  readonly burst: number;
}

/**
 * When a bucket is full again, if one is taken from it now; undefined where it is empty. A bucket
 * is that one number, in milliseconds of the clock: 0 is a full one, and a rate that changes counts
 * at once (ITU-T I.371, the virtual scheduling form of the generic cell rate algorithm).
 */
export function take(fullAt: number, { rate, burst }: Rate, now: number): number | undefined {
  const one = 1_000 / rate;
  const next = Math.max(fullAt, now) + one;
  // Half a microsecond of grace for sums of fractions.
  return next - now <= burst * one + 0.0005 ? next : undefined;
}

/** A bucket of its own. */
export class Bucket {
  #fullAt = -Infinity;

  /** Takes one; false where there is none. */
  take(rate: Rate, now: number): boolean {
    const next = take(this.#fullAt, rate, now);
    if (next === undefined) return false;
    this.#fullAt = next;
    return true;
  }
}
