import type { Column } from "../../src/history/columns.ts";
import type { History, Subject } from "../../src/history/history.ts";
import { valuesOf } from "../../src/history/reading.ts";

/** The points of a column, from `from` to before `to`. */
export function read(
  history: History,
  column: Column,
  { subject = {}, from, to, points = 1_440 }: {
    subject?: Subject;
    from: number;
    to: number;
    points?: number;
  },
): (number | null)[] | undefined {
  const plan = history.plan({ from, to, points }, to, subject.handle !== undefined);
  const reading = history.read(subject, plan);
  return reading && valuesOf(reading, column);
}
