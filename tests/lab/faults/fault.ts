import { BRANCHES, type Line } from "./line.ts";

/** Something that may happen to a line. */
export interface Fault {
  /** Whether every session outlives it, with neither PADI nor PADT on any wire. */
  readonly keeps: boolean;
  /** Lets it happen; resolves when it is over. */
  happen(line: Line): Promise<void>;
}

/** Faults by name. */
export type Faults = Readonly<Record<string, Fault>>;

/** One that no session may be lost by. */
export function kept(happen: Fault["happen"]): Fault {
  return { keeps: true, happen };
}

/** One that sessions end by, properly. */
export function ending(happen: Fault["happen"]): Fault {
  return { keeps: false, happen };
}

/** Milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A time in a random place between two, as the line counts it. Milliseconds. */
export function between({ pace, random }: Line, least: number, most: number): Promise<void> {
  return pause(pace * (least + random() * (most - least)));
}

/** One of the client daemons. */
export function anyBranch({ random }: Line): string {
  return BRANCHES[Math.floor(random() * BRANCHES.length)].name;
}
