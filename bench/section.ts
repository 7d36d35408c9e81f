import type { Figures } from "./report.ts";

/** What a figure should be. */
export interface Goal {
  /** The figure is met when it is below, or at least, this. */
  below?: number;
  atLeast?: number;
}

/** What a section has measured. */
export interface Findings {
  /** How it was measured, in a line or two. */
  how: string;
  figures: Figures;
  /** Goals by the name of their figure. */
  goals: Readonly<Record<string, Goal>>;
}

/** A part of the bench, in a lab of its own; `quick` measures less. */
export type Section = (quick: boolean) => Promise<Findings>;

/** Whether a figure is as it should be. */
export function meets(value: number, { below = Infinity, atLeast = -Infinity }: Goal): boolean {
  return value < below && value >= atLeast;
}
