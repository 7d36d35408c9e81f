import { isSum, joinSteps } from "./columns.ts";
import { CompactSeries, ExactSeries, type Series } from "./series.ts";
import type { Timeline } from "./timeline.ts";

/** One sample's place on the two timelines. */
export interface Moment {
  /** Numbers of its steps. */
  fine: number;
  coarse: number;
  /** Whether the step began with this sample. */
  isFineNew: boolean;
  isCoarseNew: boolean;
}

/** The kept values of one subject, and what is needed to add the next sample. */
export class Track {
  readonly fine: Series;
  /** Undefined for a session. */
  readonly coarse: Series | undefined;
  /** The last step that was sampled, on the fine timeline. */
  until = 0;
  #fineLine: Timeline;
  #coarseLine: Timeline | undefined;
  /** Counters at the last sample. */
  #last: Float64Array;
  /** What the coarse step has so far: in 16 bits, its sums would lose small additions. */
  #sums: Float64Array | undefined;
  #sumsStep = -1;

  /** Without `coarseLine` only the fine steps are kept; `isExact` takes 64 bits a value. */
  constructor(
    columns: number,
    fineLine: Timeline,
    coarseLine: Timeline | undefined,
    isExact = false,
  ) {
    const Kept = isExact ? ExactSeries : CompactSeries;
    this.#fineLine = fineLine;
    this.#coarseLine = coarseLine;
    this.fine = new Kept(fineLine, columns);
    this.coarse = coarseLine && new Kept(coarseLine, columns);
    this.#last = new Float64Array(columns);
    this.#sums = coarseLine && new Float64Array(columns);
  }

  /** Sets the counters from which the next sample counts. */
  setOrigin(values: ArrayLike<number>): void {
    for (let column = 0; column < this.#last.length; column++) this.#last[column] = values[column];
  }

  /** Adds a sample: growing counters, and current values of the other columns. */
  add(moment: Moment, values: ArrayLike<number>): void {
    this.#beginSums(moment);
    for (let column = 0; column < this.#last.length; column++) {
      this.#put(moment, column, isSum(column) ? this.#grown(column, values) : values[column]);
    }
    this.until = moment.fine;
  }

  /** Adds a sample of a subject that is gone: it carries nothing. */
  addAbsent(moment: Moment): void {
    this.#beginSums(moment);
    for (let column = 0; column < this.#last.length; column++) this.#put(moment, column, 0);
    this.until = moment.fine;
  }

  /** Counters only grow; one that does not has begun again. */
  #grown(column: number, values: ArrayLike<number>): number {
    const more = values[column] - this.#last[column];
    this.#last[column] = values[column];
    return Math.max(0, more);
  }

  #put(moment: Moment, column: number, value: number): void {
    const row = this.#fineLine.row(moment.fine);
    const earlier = moment.isFineNew ? NaN : this.fine.get(row, column);
    this.fine.set(row, column, joinSteps(column, earlier, value));
    if (this.#coarseLine === undefined || this.#sums === undefined) return;
    const sum = joinSteps(column, this.#sums[column], value);
    this.#sums[column] = sum;
    this.coarse?.set(this.#coarseLine.row(moment.coarse), column, sum);
  }

  /** A step that began before, in an earlier process, continues with its values. */
  #beginSums({ coarse, isCoarseNew }: Moment): void {
    const line = this.#coarseLine;
    const sums = this.#sums;
    if (line === undefined || sums === undefined || this.#sumsStep === coarse) return;
    this.#sumsStep = coarse;
    for (let column = 0; column < sums.length; column++) {
      sums[column] = isCoarseNew ? NaN : this.coarse?.get(line.row(coarse), column) ?? NaN;
    }
  }
}
