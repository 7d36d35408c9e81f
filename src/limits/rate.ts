/** A rate per second, and a burst. */
export interface Rate {
  readonly rate: number;
  readonly burst: number;
}

/**
 * Takes one token: returns when the bucket is full again, or undefined if it is empty. A bucket is
 * that one number, in milliseconds of the clock: 0 is a full one, and a changed rate applies at
 * once (ITU-T I.371, the virtual scheduling form of the generic cell rate algorithm).
 */
export function take(fullAt: number, { rate, burst }: Rate, now: number): number | undefined {
  const one = 1_000 / rate;
  const next = Math.max(fullAt, now) + one;
  // Tolerance of half a microsecond for sums of fractions.
  return next - now <= burst * one + 0.0005 ? next : undefined;
}

/** A token bucket. */
export class Bucket {
  #fullAt = -Infinity;

  /** Takes one token; returns false if there is none. */
  take(rate: Rate, now: number): boolean {
    const next = take(this.#fullAt, rate, now);
    if (next === undefined) return false;
    this.#fullAt = next;
    return true;
  }
}
