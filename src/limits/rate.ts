/** A rate per second, and a burst. */
export interface Rate {
  readonly rate: number;
  readonly burst: number;
}

/**
 * Takes tokens from a bucket: returns when it is full again, or undefined if it has too few. A
 * bucket is that one number, in milliseconds of the clock: 0 is a full one (ITU-T I.371, the
 * virtual scheduling form of the generic cell rate algorithm). After a change of the rate the number
 * must be rescaled.
 */
export function take(fullAt: number, rate: Rate, now: number, tokens = 1): number | undefined {
  const one = 1_000 / rate.rate;
  const next = Math.max(fullAt, now) + tokens * one;
  // Tolerance of half a microsecond for sums of fractions.
  return next - now <= rate.burst * one + 0.0005 ? next : undefined;
}

/** Converts a bucket to another rate: it lacks the same number of tokens, up to the new burst. */
export function rescale(fullAt: number, from: Rate, to: Rate, now: number): number {
  const missing = Math.max(0, fullAt - now) * from.rate / 1_000;
  return now + Math.min(missing, to.burst) * 1_000 / to.rate;
}
