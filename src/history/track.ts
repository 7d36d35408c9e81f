import { isSum, joinSteps } from "./columns.ts";
import { type Plan, type Reading, readSeries } from "./reading.ts";
import { CompactSeries, ExactSeries, type Series } from "./series.ts";
import type { Timelines } from "./timelines.ts";

/** Where a track keeps its values. */
export interface TrackRoom {
  readonly fine: Series;
  readonly coarse: Series;
  /** Holds two numbers per column from `at` on: the counters, then the coarse sums. */
  readonly numbers: Float64Array;
  readonly at: number;
}

/** A room of a track's own. `isExact` takes 64 bits a value instead of 16. */
export function ownRoom(columns: number, lines: Timelines, isExact = false): TrackRoom {
  const Kept = isExact ? ExactSeries : CompactSeries;
  const [fine, coarse] = [lines.fine, lines.coarse].map(({ size }) => new Kept(size, columns));
  return { fine, coarse, numbers: new Float64Array(2 * columns), at: 0 };
}

/** The kept values of one subject, and what is needed to add the next sample. */
export class Track {
  #lines: Timelines;
  #room: TrackRoom;
  #columns: number;
  /** Index of the first counter at the last sample. */
  #last: number;
  /** Index of the first sum of the coarse step: in 16 bits, sums would lose small additions. */
  #sums: number;
  #sumsStep = -1;
  /** The steps of the last sample. */
  #fineUntil = 0;
  #coarseUntil = 0;

  constructor(lines: Timelines, room: TrackRoom) {
    this.#lines = lines;
    this.#room = room;
    this.#columns = room.fine.columns;
    this.#last = room.at;
    this.#sums = room.at + this.#columns;
  }

  get room(): TrackRoom {
    return this.#room;
  }

  /** The coarse steps, which are stored. */
  get coarse(): Series {
    return this.#room.coarse;
  }

  /** Sets the counters from which the next sample counts. */
  setOrigin(values: ArrayLike<number>): void {
    const { numbers } = this.#room;
    for (let column = 0; column < this.#columns; column++) {
      numbers[this.#last + column] = values[column];
    }
  }

  /** Adds the sample that has begun: growing counters, and current values of other columns. */
  add(values: ArrayLike<number>): void {
    this.#begin();
    for (let column = 0; column < this.#columns; column++) {
      this.#put(column, isSum(column) ? this.#grown(column, values) : values[column]);
    }
  }

  /** Adds a sample of a subject that is gone: it carries nothing. */
  addAbsent(): void {
    this.#begin();
    for (let column = 0; column < this.#columns; column++) this.#put(column, 0);
  }

  /** Reads the steps of a plan; with `isOwn`, those after its own last sample are missing. */
  read(plan: Plan, isOwn = false): Reading {
    const { fine, coarse } = this.#room;
    const until = plan.isFine ? this.#fineUntil : this.#coarseUntil;
    const series = plan.isFine ? fine : coarse;
    return readSeries(series, this.#lines.of(plan), plan, isOwn ? until : Infinity);
  }

  /** Counters only grow; one that does not has begun again. */
  #grown(column: number, values: ArrayLike<number>): number {
    const { numbers } = this.#room;
    const more = values[column] - numbers[this.#last + column];
    numbers[this.#last + column] = values[column];
    return Math.max(0, more);
  }

  #put(column: number, value: number): void {
    const { fine, coarse, numbers } = this.#room;
    const { moment, fine: fineLine, coarse: coarseLine } = this.#lines;
    const row = fineLine.row(moment.fine);
    const earlier = moment.isFineNew ? NaN : fine.get(row, column);
    fine.set(row, column, joinSteps(column, earlier, value));
    const sum = joinSteps(column, numbers[this.#sums + column], value);
    numbers[this.#sums + column] = sum;
    coarse.set(coarseLine.row(moment.coarse), column, sum);
  }

  /** A coarse step that began before, in an earlier process, continues with its values. */
  #begin(): void {
    const { fine, coarse, isCoarseNew } = this.#lines.moment;
    this.#fineUntil = fine;
    this.#coarseUntil = coarse;
    if (this.#sumsStep === coarse) return;
    this.#sumsStep = coarse;
    const { numbers, coarse: series } = this.#room;
    const row = this.#lines.coarse.row(coarse);
    for (let column = 0; column < this.#columns; column++) {
      numbers[this.#sums + column] = isCoarseNew ? NaN : series.get(row, column);
    }
  }
}
