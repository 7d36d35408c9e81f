/** Histograms of latencies with bins of equal ratio, so that short and long ones are both exact. */

/** Bins per doubling: each is 9 % wide. */
const PER_OCTAVE = 8;
/** Number of bins, from 1 us to 1 s. */
export const BINS = 20 * PER_OCTAVE;

/** Returns the bin of a latency in microseconds; the first and the last have all beyond. */
export function binOf(microseconds: number): number {
  const bin = Math.floor(Math.log2(microseconds) * PER_OCTAVE);
  return Math.min(BINS - 1, Math.max(0, bin)) || 0;
}

/** Returns the lower bound of a bin in microseconds. */
export function boundOf(bin: number): number {
  return 2 ** (bin / PER_OCTAVE);
}

/** Counts latencies in microseconds by bin. */
export function histogramOf(latencies: ArrayLike<number>): number[] {
  const counts = new Array<number>(BINS).fill(0);
  for (let i = 0; i < latencies.length; i++) counts[binOf(latencies[i])]++;
  return counts;
}

/** Adds histograms bin by bin. */
export function sumOf(histograms: readonly (readonly number[])[]): number[] {
  return Array.from(
    { length: BINS },
    (_, bin) => histograms.reduce((sum, counts) => sum + counts[bin], 0),
  );
}

/** Returns the latency below which this share of a histogram lies, within a bin's width. */
export function quantileOf(counts: readonly number[], share: number): number {
  const wanted = share * counts.reduce((sum, count) => sum + count, 0);
  let below = 0;
  for (const [bin, count] of counts.entries()) {
    if (count > 0 && below + count >= wanted) {
      return boundOf(bin + (wanted - below) / count);
    }
    below += count;
  }
  return NaN;
}
