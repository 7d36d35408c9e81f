import { BRANCHES, type Line } from "./line.ts";

/** A fault that may happen to a line. */
export interface Fault {
  /** Whether every session survives it, without a PADI or PADT on any wire. */
  readonly keeps: boolean;
  /** Causes the fault; resolves when it is over. */
  happen(line: Line): Promise<void>;
}

/** Faults by name. */
export type Faults = Readonly<Record<string, Fault>>;

/** A fault that no session may end by. */
export function kept(happen: Fault["happen"]): Fault {
  return { keeps: true, happen };
}

/** A fault that ends sessions, properly. */
export function ending(happen: Fault["happen"]): Fault {
  return { keeps: false, happen };
}

/** Waits, in milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Waits for a random time between two, in milliseconds scaled by the line's pace. */
export function between({ pace, random }: Line, least: number, most: number): Promise<void> {
  return pause(pace * (least + random() * (most - least)));
}

/** Returns one of the client daemons. */
export function anyBranch({ random }: Line): string {
  return BRANCHES[Math.floor(random() * BRANCHES.length)].name;
}
