import { joinThreads } from "./columns.ts";

/** A minute as it is stored. */
export interface StoredMinute {
  /** Number of the minute since 1970. */
  readonly step: number;
  /** Sampled time, in milliseconds. */
  readonly covered: number;
  /** By column. */
  readonly total: readonly number[];
  readonly clients: readonly (readonly [name: string, values: readonly number[]])[];
}

/** Joins what several threads have of one minute; undefined if none has it. */
export function joinMinutes(
  minutes: readonly (StoredMinute | undefined)[],
): StoredMinute | undefined {
  const [first, ...others] = minutes.filter((minute) => minute !== undefined);
  return first && others.reduce(joinTwo, first);
}

function joinTwo(one: StoredMinute, other: StoredMinute): StoredMinute {
  const clients = new Map(one.clients);
  for (const [name, values] of other.clients) {
    clients.set(name, joinValues(clients.get(name) ?? values.map(() => NaN), values));
  }
  return {
    step: one.step,
    covered: Math.max(one.covered, other.covered),
    total: joinValues(one.total, other.total),
    clients: [...clients],
  };
}

function joinValues(one: readonly number[], other: readonly number[]): number[] {
  return one.map((value, column) => joinThreads(column, value, other[column]));
}
