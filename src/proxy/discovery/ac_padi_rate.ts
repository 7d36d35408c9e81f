/** An offer that answers one of our discoveries, and the PADIs that preceded it. */
export interface Answered {
  /** Number of PADIs sent for the discovery so far. */
  tries: number;
  /** Time since the last of them, in milliseconds. */
  delay: number;
  /** The pace's `number` when that one was sent. */
  sentPace: number;
  /** The pace's `number` when an earlier PADI was sent and not answered; -1 for none. */
  lostPace: number;
  /** Number of other discoveries that are waiting. */
  others: number;
  /** Current time, in milliseconds. */
  now: number;
}

/**
 * Interval between two PADIs of one address to an AC with a rate limit, in milliseconds: slightly
 * more than the second that accel-ppp and others use.
 */
const INTERVAL = 1_050;
/** Maximum interval between two PADIs, however few the AC answers, in milliseconds. */
const LONGEST_INTERVAL = 10_000;
/** Below this interval, in milliseconds, a limit counts as none. */
const NO_LIMIT = 5;
/** Time in which a responsive AC answers unless it was seen to take longer, in milliseconds. */
const ANSWER_TIMEOUT = 1_000;
const MAX_ANSWER_TIMEOUT = 5_000;
/** An answer within this time is taken as one to the last PADI. Milliseconds. */
const AT_ONCE = 200;
/** Answers to resent PADIs needed to infer a limit: one may be chance loss. */
const PROOFS = 2;
/** Half-life of the weight of answers, in milliseconds. */
const HALF_LIFE = 5_000;
/** Number of PADIs answered at one pace before a faster one is tried. */
const STREAK = 4;
const LONGEST_STREAK = 128;
/** Minimum time at one pace, so that losses can show, in milliseconds. */
const DWELL = 2_000;
/** Time after which a limit without further evidence is dropped, in milliseconds. */
const MEMORY = 10 * 60_000;

/**
 * Learns from an AC's answers how fast it may be queried from one address. An unanswered PADI says
 * nothing by itself, because an AC does not answer for a service that it does not have (RFC 2516
 * section 5.2). Evidence of a limit is a resent PADI that is answered at once, for more discoveries
 * than get their answer the first time. An AC that answers a first PADI late is slow, not limited.
 */
export class AcPadiRate {
  /** Interval between two PADIs, in milliseconds. */
  interval = INTERVAL;
  /** Counts changes of the pace. */
  number = 0;
  #until = -Infinity;
  /** Slowest answer to a first PADI, decaying over time, in milliseconds. */
  #delay = 0;
  /** Answers to first PADIs, and prompt answers to resent ones; older answers weigh less. */
  #first = 0;
  #again = 0;
  #countedAt = 0;
  /** PADIs sent at this pace that were answered, and that were not answered in time. */
  #good = 0;
  #lost = 0;
  #changedAt = 0;
  #wanted = STREAK;
  /** The pace before a faster one was tried. */
  #proven: number | undefined;

  /** Whether PADIs have to wait for their turn. */
  isLimited(now: number): boolean {
    return now < this.#until;
  }

  /** Maximum time to wait for an answer, in milliseconds. */
  get patience(): number {
    return Math.min(MAX_ANSWER_TIMEOUT, Math.max(ANSWER_TIMEOUT, 2 * this.#delay));
  }

  /** Learns from an offer. */
  answered(answer: Answered): void {
    const { tries, delay, now } = answer;
    this.#count(answer);
    if (tries === 1) {
      this.#delay = Math.max(delay, 0.9 * this.#delay);
      if (delay >= ANSWER_TIMEOUT) this.#until = -Infinity; // slow, not limited
    }
    if (this.isLimited(now)) this.#adapt(answer);
    else if (answer.others > 0 && this.#again >= PROOFS && this.#again > this.#first) {
      this.#limit(now);
    }
  }

  /**
   * Returns the time until the next turn, in milliseconds. It varies while a faster pace is tried,
   * so that one client's turns do not always meet the same phase of the AC's limit.
   */
  turn(count: number): number {
    if (this.#proven === undefined) return this.interval;
    return this.interval * (0.7 + 0.6 * (count * 0.618 % 1));
  }

  #count({ tries, delay, now }: Answered): void {
    const share = 0.5 ** ((now - this.#countedAt) / HALF_LIFE);
    this.#countedAt = now;
    this.#first *= share;
    this.#again *= share;
    if (tries === 1) this.#first++;
    else if (this.#isAtOnce(delay)) this.#again++;
  }

  #isAtOnce(delay: number): boolean {
    return delay <= Math.max(AT_ONCE, Math.min(ANSWER_TIMEOUT / 2, 2 * this.#delay));
  }

  #limit(now: number): void {
    this.#until = now + MEMORY;
    this.#wanted = STREAK;
    this.#proven = undefined;
    this.#change(INTERVAL, now);
  }

  /** Notes that a PADI sent while the pace had this number was not answered in time. */
  overdue(sentPace: number, now: number): void {
    if (!this.isLimited(now) || sentPace !== this.number) return;
    this.#lost++;
    if (this.#proven !== undefined && this.#lost >= 2 && 3 * this.#lost > this.#good) {
      this.#slower(now);
    }
  }

  #adapt({ sentPace, lostPace, others, now }: Answered): void {
    if (lostPace === this.number && 4 * this.#lost > this.#good) return this.#slower(now);
    if (sentPace !== this.number) return;
    this.#good++;
    const isProven = this.#good >= this.#wanted && 10 * this.#lost <= this.#good &&
      now - this.#changedAt >= DWELL;
    if (!isProven || others === 0) return;
    this.#proven = this.interval;
    this.#change(this.interval / 2, now);
    if (this.interval < NO_LIMIT) this.#until = -Infinity;
  }

  /** Returns to the last proven pace or, if that no longer works, to a slower one. */
  #slower(now: number): void {
    this.#until = now + MEMORY;
    if (this.#proven !== undefined) this.#wanted = Math.min(LONGEST_STREAK, 2 * this.#wanted);
    const interval = this.#proven ?? 1.5 * this.interval;
    this.#proven = undefined;
    this.#change(Math.min(LONGEST_INTERVAL, interval), now);
  }

  #change(interval: number, now: number): void {
    this.interval = interval;
    this.number++;
    this.#good = this.#lost = 0;
    this.#changedAt = now;
  }
}
