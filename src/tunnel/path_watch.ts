/** Silence after which a path is asked whether it is alive, in milliseconds. */
export const QUIET = 250;
/**
 * Bounds of the time that an answer may take before the path counts as silent, and that time before
 * the first measured round trip. Milliseconds.
 */
const PATIENCE = { least: 400, most: 5_000, first: 1_000 };
/**
 * Added for what the peer and a lost packet may cost: a TCP sender repeats after at least 200 ms.
 */
const SLACK = 250;
/** Maximum factor of the patience after false alarms, and the time that halves it, ms. */
const CAUTION = { most: 8, halvedAfter: 60_000 };

/** Times in the life of a tunnel, in milliseconds of one monotonic clock. */
export interface PathTimes {
  now: number;
  /** When data was last passed to the connection. */
  sentAt: number;
  /** When anything last arrived. */
  heardAt: number;
}

/**
 * What to do: "ask": send a ping. "silent": the path may be dead, another one should be tried;
 * "quiet": nothing.
 */
export type PathVerdict = "quiet" | "ask" | "silent";

/**
 * Notices within a second that a path carries nothing more, long before a keepalive's timeout.
 * Pure.
 *
 *     hearing ──250 ms of silence amid traffic──▶ asked ──no answer in time──▶ silent
 *        ▲                                          │                           │
 *        └────────────────── anything heard ────────┴───────────────────────────┘
 *
 * The time allowed follows the measured round trips as a retransmission timeout does (RFC 6298), and
 * doubles with each false alarm. So a slow path is silent only while nothing comes through it.
 */
export class PathWatch {
  /** Smoothed round trip and its mean deviation (RFC 6298 section 2), in milliseconds. */
  #smoothed: number | undefined;
  #deviation = 0;
  #pongedAt = -Infinity;
  /** When we first sent something that nothing was heard after; NaN without that. */
  #waitsSince = NaN;
  /** When the open question was asked; NaN without one. */
  #askedAt = NaN;
  #isSilent = false;
  #caution = 1;
  #alarmedAt = -Infinity;

  /** Handles a ping's answer, at `now`, after `roundTrip` milliseconds. */
  answered(roundTrip: number, now: number): void {
    this.#pongedAt = now;
    if (this.#smoothed === undefined) {
      this.#smoothed = roundTrip;
      this.#deviation = roundTrip / 2;
      return;
    }
    this.#deviation += (Math.abs(roundTrip - this.#smoothed) - this.#deviation) / 4;
    this.#smoothed += (roundTrip - this.#smoothed) / 8;
  }

  /** How long an answer may take now, in milliseconds. */
  patience(now: number): number {
    const { least, most, first } = PATIENCE;
    const usual = this.#smoothed === undefined
      ? first
      : Math.max(least, 3 * this.#smoothed + 4 * this.#deviation + SLACK);
    const halvings = Math.floor((now - this.#alarmedAt) / CAUTION.halvedAfter);
    return Math.min(most, usual * Math.max(1, this.#caution / 2 ** halvings));
  }

  /** Whether an answer is awaited. */
  get isAsked(): boolean {
    return !Number.isNaN(this.#askedAt);
  }

  /** Ignores `time` milliseconds in which this process did not run. */
  slept(time: number): void {
    this.#askedAt += time;
  }

  /** Decides what to do at `now`. */
  check({ now, sentAt, heardAt }: PathTimes): PathVerdict {
    if (heardAt > this.#askedAt) this.#recover(now);
    if (!Number.isNaN(this.#askedAt)) {
      this.#isSilent ||= now - this.#askedAt >= this.patience(now);
      return this.#isSilent ? "silent" : "quiet";
    }
    if (sentAt <= heardAt) this.#waitsSince = NaN;
    else if (!(this.#waitsSince > heardAt)) this.#waitsSince = sentAt;
    // Either we wait for something, or the peer's data has stopped; a pong alone is neither.
    const isOverdue = now - this.#waitsSince >= QUIET;
    const hasStopped = heardAt > this.#pongedAt && now - heardAt >= QUIET;
    if (!isOverdue && !hasStopped) return "quiet";
    this.#askedAt = now;
    return "ask";
  }

  #recover(now: number): void {
    this.#askedAt = NaN;
    if (!this.#isSilent) return;
    this.#isSilent = false;
    const halvings = Math.floor((now - this.#alarmedAt) / CAUTION.halvedAfter);
    this.#caution = Math.min(CAUTION.most, 2 * Math.max(1, this.#caution / 2 ** halvings));
    this.#alarmedAt = now;
  }
}
