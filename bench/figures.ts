/** Returns the quantile of sorted values; NaN for no values. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted.length === 0 ? NaN : sorted[Math.floor(share * (sorted.length - 1))];
}

/** Returns the median of the values, between the two middle ones if any; NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (quantile(sorted, 0.5) + sorted[sorted.length >> 1]) / 2;
}

/** Returns Jain's fairness index: 1 if all values are equal, 1/n if one has everything. */
export function jain(values: readonly number[]): number {
  const sum = values.reduce((all, one) => all + one, 0);
  return sum ** 2 / (values.length * values.reduce((all, one) => all + one ** 2, 0));
}

/** A generator that reaches less than this share of the requested rate cannot go faster. */
const LIMIT = 0.93;

/**
 * Searches the highest rate that passes, outwards from `guess` and then inwards, to within 4 per
 * cent and in at most `trials` attempts. `attempt` returns the rate reached, or 0 if it did not
 * pass. Returns 0 if none passes.
 */
export async function searchRate(
  guess: number,
  trials: number,
  attempt: (rate: number) => Promise<number>,
): Promise<number> {
  let [low, high, rate, step] = [0, Infinity, guess, 1.25];
  for (let i = 0; i < trials; i++) {
    const reached = await attempt(rate);
    if (reached > 0) low = Math.max(low, reached);
    else high = Math.min(high, rate);
    if (reached > 0 && reached < LIMIT * rate || low > 0 && high / low < 1.04) break;
    if (low > 0 && high < Infinity) rate = Math.sqrt(low * high);
    else {
      rate = low > 0 ? low * step : high / step;
      step **= 1.5;
    }
  }
  return low;
}
