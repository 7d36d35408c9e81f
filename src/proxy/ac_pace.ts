/** An offer to a discovery of ours, and what came before it. */
export interface Answered {
  /** PADIs of the discovery so far. */
  tries: number;
  /** Milliseconds since the last of them. */
  delay: number;
  /** The pace's number when that was sent. */
  sentPace: number;
  /** The pace's number when an earlier one was sent and left unanswered; -1 for none. */
  lostPace: number;
  /** Other discoveries that wait. */
  others: number;
  /** Milliseconds of the clock. */
  now: number;
}

/**
 * Between two PADIs of one address where the AC shows a limit: a little more than the second that
 * accel-ppp and others have. Milliseconds.
 */
const INTERVAL = 1_050;
/** Longest time between two, however few the AC answers. Milliseconds. */
const LONGEST_INTERVAL = 10_000;
/** A limit of so many milliseconds between two is none. */
const NO_LIMIT = 5;
/** An AC that answers at all does so within this time, unless it has been seen to take longer. */
const PATIENCE = 1_000;
const LONGEST_PATIENCE = 5_000;
/** An answer that comes so soon is one to the last PADI. Milliseconds. */
const AT_ONCE = 200;
/** Answers to PADIs sent again, from which on a limit is believed: one may be lost by chance. */
const PROOFS = 2;
/** Answers of so long ago count half. Milliseconds. */
const HALF_LIFE = 5_000;
/** PADIs that are answered at one pace before a faster one is tried. */
const STREAK = 4;
const LONGEST_STREAK = 128;
/** Shortest time at one pace, in which what is lost shows. Milliseconds. */
const DWELL = 2_000;
/** How long a limit is believed in that shows no more. Milliseconds. */
const MEMORY = 10 * 60_000;

/**
 * What an AC's answers say about how fast it may be asked from one address. That a PADI was left
 * unanswered says nothing by itself, as no AC answers for a service that it does not have (RFC 2516
 * section 5.2); that it is answered at once when it comes again, for more discoveries than get their
 * answer the first time, does. An AC that answers a first PADI late is slow, and not meant.
 */
export class AcPace {
  /** Milliseconds between two PADIs. */
  interval = INTERVAL;
  /** Counts the changes of pace. */
  number = 0;
  #until = -Infinity;
  /** Slowest answer to a first PADI, forgotten by and by. Milliseconds. */
  #delay = 0;
  /** Answers to first PADIs, and to others at once, those of long ago counted less. */
  #first = 0;
  #again = 0;
  #countedAt = 0;
  /** Of the PADIs sent at this pace: answered, and not answered in time. */
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

  /** How long an answer may take. Milliseconds. */
  get patience(): number {
    return Math.min(LONGEST_PATIENCE, Math.max(PATIENCE, 2 * this.#delay));
  }

  /** Learns from an offer. */
  answered(answer: Answered): void {
    const { tries, delay, now } = answer;
    this.#count(answer);
    if (tries === 1) {
      this.#delay = Math.max(delay, 0.9 * this.#delay);
      if (delay >= PATIENCE) this.#until = -Infinity; // slow, no more
    }
    if (this.isLimited(now)) this.#adapt(answer);
    else if (answer.others > 0 && this.#again >= PROOFS && this.#again > this.#first) {
      this.#limit(now);
    }
  }

  /**
   * How long to wait for the next turn. While a faster pace is tried it varies, lest some owner's
   * turns always meet the same moment of the AC's.
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
    return delay <= Math.max(AT_ONCE, Math.min(PATIENCE / 2, 2 * this.#delay));
  }

  #limit(now: number): void {
    this.#until = now + MEMORY;
    this.#wanted = STREAK;
    this.#proven = undefined;
    this.#change(INTERVAL, now);
  }

  /** A PADI that was sent when the pace had this number has got no answer in time. */
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

  /** Back to the pace that was good, or where that is not so any more, beyond it. */
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
