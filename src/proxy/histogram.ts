/** Counts of observations by size, as Prometheus has them: a bucket holds what is not above its bound. */
export class Histogram {
  /** Upper bounds of the buckets, ascending; the last bucket, without bound, is not among them. */
  readonly bounds: readonly number[];
  /** Observations in each bucket alone, the one without bound last. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.bounds.length && value > this.bounds[bucket]) bucket++;
    this.counts[bucket]++;
    this.sum += value;
  }
}
