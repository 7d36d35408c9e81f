/**
 * Comparison of two small samples without assumptions about their distribution: the rank sum test
 * (Mann and Whitney 1947), and the shift between them (Hodges and Lehmann 1963).
 */
import { median } from "../figures.ts";

/** The number of pairs in which a value of `one` is above a value of `other`; ties count half. */
export function pairsAbove(one: readonly number[], other: readonly number[]): number {
  return one.reduce(
    (sum, a) => sum + other.reduce((all, b) => all + (a > b ? 1 : a === b ? 0.5 : 0), 0),
    0,
  );
}

/**
 * Returns how probable a difference at least this large is, in either direction, if both samples
 * come from the same distribution. Exact for samples without ties.
 */
export function rankSumProbability(one: readonly number[], other: readonly number[]): number {
  const [m, n] = [one.length, other.length];
  if (m === 0 || n === 0) return 1;
  const above = pairsAbove(one, other);
  const extreme = Math.floor(Math.min(above, m * n - above));
  const counts = countsByPairs(m, n);
  const all = counts.reduce((sum, count) => sum + count, 0);
  const tail = counts.slice(0, extreme + 1).reduce((sum, count) => sum + count, 0);
  return Math.min(1, 2 * tail / all);
}

/**
 * Returns the number of orders of m and n values by the number of pairs that they have above each
 * other: the coefficients of the Gaussian binomial, built one factor at a time.
 */
function countsByPairs(m: number, n: number): number[] {
  const counts = new Array<number>(m * n + 1).fill(0);
  counts[0] = 1;
  for (let i = 1; i <= m; i++) {
    // times (1 - x^(n + i)), divided by (1 - x^i)
    for (let at = counts.length - 1; at >= n + i; at--) counts[at] -= counts[at - n - i];
    for (let at = i; at < counts.length; at++) counts[at] += counts[at - i];
  }
  return counts;
}

/** Returns the median of all differences between a value of `one` and a value of `other`. */
export function shiftOf(one: readonly number[], other: readonly number[]): number {
  return median(one.flatMap((a) => other.map((b) => a - b)));
}
