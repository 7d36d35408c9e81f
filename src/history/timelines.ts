import { type Plan, planSteps } from "./reading.ts";
import { Timeline } from "./timeline.ts";

/** Length of fine and of coarse steps, in milliseconds. */
export const FINE_STEP = 10_000;
export const COARSE_STEP = 60_000;

/** A range of time in milliseconds since 1970, without `to`, and the most points to read. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly points: number;
}

/** One sample's place on the two timelines. */
export interface Moment {
  /** Numbers of its steps. */
  readonly fine: number;
  readonly coarse: number;
  /** Whether the step began with this sample. */
  readonly isFineNew: boolean;
  readonly isCoarseNew: boolean;
}

/** Length of the steps of a plan, in milliseconds. */
export function stepOf({ isFine }: Pick<Plan, "isFine">): number {
  return isFine ? FINE_STEP : COARSE_STEP;
}

/** The two timelines of one kind of subject: the latest time in fine steps, more in coarse ones. */
export class Timelines {
  readonly fine: Timeline;
  readonly coarse: Timeline;
  #moment: { -readonly [Key in keyof Moment]: Moment[Key] } = {
    fine: 0,
    coarse: 0,
    isFineNew: true,
    isCoarseNew: true,
  };

  constructor(fineSteps: number, coarseSteps: number) {
    this.fine = new Timeline(FINE_STEP, fineSteps);
    this.coarse = new Timeline(COARSE_STEP, coarseSteps);
  }

  /** The place of the latest sample; the same object, whose values change. */
  get moment(): Moment {
    return this.#moment;
  }

  /** Begins a sample of `elapsed` milliseconds, whose middle is at a time since 1970. */
  begin(middle: number, elapsed: number): void {
    const moment = this.#moment;
    moment.fine = this.fine.stepAt(middle);
    moment.coarse = this.coarse.stepAt(middle);
    moment.isFineNew = this.fine.begin(moment.fine);
    moment.isCoarseNew = this.coarse.begin(moment.coarse);
    this.fine.cover(moment.fine, elapsed);
    this.coarse.cover(moment.coarse, elapsed);
  }

  /** Plans to read at the time `now`: in fine steps if nothing older than those is kept. */
  plan({ from, to, points }: Range, now: number): Plan {
    const isFine = this.#isFine(from, now);
    const { step } = this.of({ isFine });
    return planSteps(isFine, Math.floor(from / step), Math.floor((to - 1) / step), points);
  }

  /** The timeline of a plan. */
  of({ isFine }: Pick<Plan, "isFine">): Timeline {
    return isFine ? this.fine : this.coarse;
  }

  /** Only fine steps of this process are kept, coarse ones of earlier processes as well. */
  #isFine(from: number, now: number): boolean {
    const first = this.fine.stepAt(from);
    const last = this.fine.stepAt(now);
    const begun = this.fine.earliest(first, last) ?? last;
    if (begun === first) return true;
    const minute = this.coarse.stepAt(begun * FINE_STEP);
    const earlier = this.coarse.earliest(this.coarse.stepAt(from), minute - 1);
    return earlier === undefined && !this.#hasMore(minute);
  }

  /** Whether a coarse step has time of which the fine steps are not kept. */
  #hasMore(coarse: number): boolean {
    let covered = 0;
    const first = this.fine.stepAt(coarse * COARSE_STEP);
    for (let step = first; step < first + COARSE_STEP / FINE_STEP; step++) {
      covered += this.fine.covered(step);
    }
    return this.coarse.covered(coarse) > covered + 1; // rounding
  }
}
