import { type Column, COLUMNS, isSum, joinSteps, joinThreads } from "./columns.ts";
import type { Series } from "./series.ts";
import type { Timeline } from "./timeline.ts";

/** Which steps to read, in how many points. */
export interface Plan {
  /** Whether the steps are those of the fine timeline. */
  readonly isFine: boolean;
  /** Number of the first step. */
  readonly first: number;
  /** Number of steps per point. */
  readonly merge: number;
  /** Number of points. */
  readonly points: number;
}

/** Values by column and point; NaN is a missing value. */
export interface Reading {
  /** Sampled time of each point, in milliseconds; 0 where the daemon did not run. */
  readonly covered: Float64Array;
  readonly columns: readonly Float64Array[];
}

/** Plans the steps from `first` to `last` in at most `most` points, whose edges do not move. */
export function planSteps(isFine: boolean, first: number, last: number, most: number): Plan {
  const steps = last - first + 1;
  const pointsOf = (merge: number): number =>
    Math.floor(last / merge) - Math.floor(first / merge) + 1;
  let merge = Math.max(1, Math.ceil(steps / most));
  while (pointsOf(merge) > most && merge < steps) merge++;
  return { isFine, merge, first: Math.floor(first / merge) * merge, points: pointsOf(merge) };
}

/** Reads a series; steps after `until` are missing. */
export function readSeries(
  series: Series,
  line: Timeline,
  plan: Plan,
  until = Infinity,
): Reading {
  const covered = new Float64Array(plan.points);
  const columns = Array.from(
    { length: series.columns },
    () => new Float64Array(plan.points).fill(NaN),
  );
  for (let point = 0; point < plan.points; point++) {
    for (let part = 0; part < plan.merge; part++) {
      const step = plan.first + point * plan.merge + part;
      if (!line.has(step)) continue;
      covered[point] += line.covered(step);
      if (step > until) continue;
      for (let column = 0; column < series.columns; column++) {
        const value = series.get(line.row(step), column);
        columns[column][point] = joinSteps(column, columns[column][point], value);
      }
    }
  }
  return { covered, columns };
}

/** Joins what several threads have of one subject. */
export function joinReadings(readings: readonly Reading[]): Reading | undefined {
  if (readings.length < 2) return readings[0];
  const [one, ...others] = readings;
  const covered = one.covered.map((time, point) =>
    Math.max(time, ...others.map((other) => other.covered[point]))
  );
  const columns = one.columns.map((values, column) =>
    values.map((value, point) =>
      others.reduce(
        (joined, other) => joinThreads(column, joined, other.columns[column][point]),
        value,
      )
    )
  );
  return { covered, columns };
}

/**
 * Returns a column per point: counts as rates per second of sampled time, drops as a number, other
 * columns as they are; null where it is missing.
 */
export function valuesOf({ covered, columns }: Reading, column: Column): (number | null)[] {
  const at = COLUMNS.indexOf(column);
  const values = columns[at] ?? new Float64Array(covered.length).fill(NaN);
  return Array.from(values, (value, point) => {
    if (Number.isNaN(value) || covered[point] === 0) return null;
    return isSum(at) && column !== "drops" ? value * 1_000 / covered[point] : value;
  });
}
