import { setLatest } from "../set_latest.ts";

/** A failure that happened at least once lately; times are milliseconds of the wall clock. */
export interface Failure<Facts> {
  readonly subject: string;
  /** What is known of the last time. */
  readonly facts: Facts;
  /** How often it happened since `first`. */
  readonly count: number;
  readonly first: number;
  readonly last: number;
  /** Whether it also worked since `first`, for others. */
  readonly isPartial: boolean;
}

/** How long a failure counts after its last time, in milliseconds, and of how many subjects. */
export interface FailureLimits {
  readonly keep: number;
  readonly most: number;
}

/** Failures by subject, each until it has not happened for a while. */
export class Failures<Facts> {
  #wallClock: () => number;
  #limits: FailureLimits;
  /** The latest is last. */
  #bySubject = new Map<string, Failure<Facts>>();

  constructor(wallClock: () => number, limits: FailureLimits) {
    this.#wallClock = wallClock;
    this.#limits = limits;
  }

  /** Records a failure; with too many subjects, the one longest without any is forgotten. */
  note(subject: string, facts: Facts): void {
    const last = this.#wallClock();
    const known = this.#bySubject.get(subject);
    const isSame = known !== undefined && this.#lasts(known);
    const { count, first, isPartial } = isSame
      ? known
      : { count: 0, first: last, isPartial: false };
    const failure = { subject, facts, count: count + 1, first, last, isPartial };
    setLatest(this.#bySubject, subject, failure, this.#limits.most);
  }

  /** Records that what failed works, at least for others. */
  worked(subject: string): void {
    const known = this.#bySubject.get(subject);
    if (known !== undefined) this.#bySubject.set(subject, { ...known, isPartial: true });
  }

  /** Records that what failed works. */
  over(subject: string): void {
    this.#bySubject.delete(subject);
  }

  /** The failures that count now. */
  current(): Failure<Facts>[] {
    for (const [subject, failure] of this.#bySubject) {
      if (!this.#lasts(failure)) this.#bySubject.delete(subject);
    }
    return [...this.#bySubject.values()];
  }

  #lasts({ last }: Failure<Facts>): boolean {
    return Math.abs(this.#wallClock() - last) < this.#limits.keep;
  }
}
