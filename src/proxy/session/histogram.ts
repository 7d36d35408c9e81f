/** A histogram as in Prometheus: a bucket counts observations up to its upper bound. */
export class Histogram {
  /** Upper bounds of the buckets, ascending, without that of the last, unbounded bucket. */
  readonly bounds: readonly number[];
  /** Number of observations in each bucket alone; the unbounded one is last. */
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
