/** The value below which a share of the sorted values lies; NaN of none. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted.length === 0 ? NaN : sorted[Math.floor(share * (sorted.length - 1))];
}

/** The middle one of the values; NaN of none. */
export function median(values: readonly number[]): number {
  return quantile(values.toSorted((a, b) => a - b), 0.5);
}

/** Jain's index of fairness: 1 where all values are the same, 1/n where one has everything. */
export function jain(values: readonly number[]): number {
  const sum = values.reduce((all, one) => all + one, 0);
  return sum ** 2 / (values.length * values.reduce((all, one) => all + one ** 2, 0));
}

/** A generator that stays so far behind the rate asked for cannot go faster. */
const LIMIT = 0.93;

/**
 * Searches the highest rate that passes, from `guess` outwards and then inwards, within 4 per cent
 * and in at most `trials` tries. `attempt` gives the rate that was reached, or 0 where it did not
 * pass; 0 when none passes.
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
