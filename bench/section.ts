/** The target of a figure. */
export interface Goal {
  /** The goal is met if the figure is below, or at least, this value. */
  below?: number;
  atLeast?: number;
}

/** The results of a section. */
export interface Findings {
  /** How they were measured, in a line or two. */
  how: string;
  figures: Figures;
  /** Goals by the name of their figure. */
  goals: Readonly<Record<string, Goal>>;
}

/** A section of the benchmark, in its own lab; `quick` measures less. */
export type Section = (quick: boolean) => Promise<Findings>;

/** Whether a figure meets its goal. */
export function meets(value: number, { below = Infinity, atLeast = -Infinity }: Goal): boolean {
  return value < below && value >= atLeast;
}

/** Figures by name, which includes the unit. */
export type Figures = Record<string, number>;
