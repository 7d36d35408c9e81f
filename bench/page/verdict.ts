/** Whether a figure has changed since the baseline, given the noise of both. */
import { rankSumProbability, shiftOf } from "./rank_sum.ts";

/** Chance of a wrong "slower" or "faster" for an unchanged figure. */
export const ERROR_RATE = 0.02;
/** Smaller changes are not reported, even if they are certain. */
const RELEVANT = 0.03;

/** What the comparison says. */
export type Word = "slower" | "faster" | "cannot tell";

/** A figure compared with the baseline. */
export interface Verdict {
  word: Word;
  /** Estimated change in percent; negative if the figure is now smaller. */
  change: number;
  /** Probability of such a difference if nothing has changed. */
  probability: number;
}

/**
 * Compares positive figures of this run's rounds with those of the baseline's; `better` says which
 * is better, more or less. "Slower" also stands for more memory.
 */
export function judge(
  now: readonly number[],
  baseline: readonly number[],
  better: "more" | "less",
): Verdict {
  const logarithms = (values: readonly number[]) =>
    values.filter((value) => value > 0).map(Math.log);
  const [one, other] = [logarithms(now), logarithms(baseline)];
  const probability = rankSumProbability(one, other);
  const shift = shiftOf(one, other);
  const change = (Math.exp(shift) - 1) * 100;
  const isCertain = probability < ERROR_RATE && Math.abs(shift) >= Math.log1p(RELEVANT);
  const isBetter = better === "more" ? shift > 0 : shift < 0;
  const word = isCertain ? isBetter ? "faster" : "slower" : "cannot tell";
  return { word, change, probability };
}
