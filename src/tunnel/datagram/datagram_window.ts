/** Bounds of the window, and its first size, in bytes. */
export const MIN_WINDOW = 8 * 1024;
export const MAX_WINDOW = 8 * 1024 * 1024;
const FIRST_WINDOW = 32 * 1024;
/** Maximum bytes between two probes; the receiver allows one for each 8 KiB. */
const PROBE_EVERY = 64 * 1024;
/** Bytes between two probes that follow each other closely, and what is close in milliseconds. */
const CLOSE_PROBES = 10 * 1024;
const CLOSE = 20;
/** Number of probes remembered: more than those of the largest window. */
const PROBES = 2_048;
/** Queueing delay below us at which the window neither grows nor shrinks, in milliseconds. */
const QUEUE_TARGET = 20;
/**
 * The same in bytes: on a fast path less than 20 ms. The receiver's QUIC drops the oldest of what
 * exceeds 1.25 MB before its process has read it.
 */
const QUEUE_BYTES = 256 * 1024;
/** Time after which the base delay is measured again, in milliseconds. */
const BASE_AGE = 10_000;
/** Minimum time between two measurements of it that drain the path, in milliseconds. */
const DRAIN_EVERY = 1_000;
/** Share of what the path holds without a queue that is in flight while it drains. */
const DRAINED = 0.75;
/** A window this much smaller than it was, in relation, has been told by delay alone to shrink. */
const SHRUNK = 0.6;
/** Share of the round trip before draining that remains if it was the path's own delay. */
const SAME_DELAY = 0.7;
/** Bounds of the wait for an answer in milliseconds, and the number of waits in a row. */
const MIN_PATIENCE = 200;
const MAX_PATIENCE = 2_000;
const EXPIRIES = 4;
/** Share of the former base delay below which a new one has fallen. */
const FELL = 0.9;
/** Number of answers that end a measurement. */
const DRAIN_ANSWERS = 4;

/** Answers that arrive within this time arrive together, in milliseconds. */
const TOGETHER = 2;

/** Rounds in a row that must agree: a machine or a path may stop for a moment. */
const IN_A_ROW = 2;

/** What an answer to a probe was: "late" if a later probe has been answered before. */
export type Answer = "covered" | "late" | "unknown";

/**
 * Limits the bytes of datagrams in flight. QUIC queues up to 1 MiB of datagrams and sends them
 * before any stream data, so a full path would starve discovery and delay everything; Deno does not
 * expose that queue, QUIC's window or its round trip. So numbered pings are sent among the
 * datagrams, and the delays of their pongs set the window, once a round trip and only while it is
 * what limits sending; when there is a long queue although it is not, it shrinks to what was in
 * flight, so that it limits from then on. As in FAST TCP (Wei et al., 2006, equation 1), it moves halfway to
 *
 *     window × (base delay + {@linkcode QUEUE_TARGET}) / round trip
 *
 * which is stable where the queue has the target's length. The base delay is the shortest round
 * trip of the last {@linkcode BASE_AGE}. When a longer one lasts, it may be a queue or another
 * path. Draining tells them apart, as in LEDBAT++ (draft-irtf-iccrg-ledbat-plus-plus-01, section
 * 4.2): the window shrinks below what the path holds, so a queue of our own disappears, and the
 * delay that remains is the new base delay.
 *
 *     steady ──queue over twice the target, or base delay too old──▶ draining ──measured──▶ steady
 *
 * Loss does not count: QUIC's own congestion control handles it.
 */
export class DatagramWindow {
  /** Maximum number of bytes in flight. */
  size = FIRST_WINDOW;
  #sent = 0;
  #acknowledged = 0;
  #lastProbeAt = -PROBE_EVERY;
  #lastProbeTime = -Infinity;
  #next = 0;
  /** Number of probes after the newest answered one. */
  #unanswered = 0;
  /** By probe: bytes sent before it, and when it was sent. */
  #positions = new Float64Array(PROBES);
  #times = new Float64Array(PROBES);
  /** Base delay, and when it was last measured. */
  #base = Infinity;
  #baseSince = 0;
  /** Shortest round trip of this round, and its end: the bytes sent when it began. */
  #roundShortest = Infinity;
  #roundEnd = 0;
  #limited = false;
  /** The late answer that may end a round: when it arrived, and when its probe was sent. */
  #late: { at: number; sentAt: number } | undefined;
  /** Rounds in a row with a long queue, and those that the window limited without one. */
  #queued = 0;
  #clear = 0;
  /** Most bytes that were in flight in this round. */
  #used = 0;
  /** While draining: the bytes sent, window and round trip before it, and the answers since. */
  #drain: { from: number; size: number; trip: number; answers: number } | undefined;
  #drainedAt = -Infinity;
  /** Latest round trip, and waits in a row that have ended without an answer. */
  #trip = 0;
  #expiries = 0;
  /** Window when it last grew, and whether no round has seen a queue yet. */
  #top = FIRST_WINDOW;
  #isStarting = true;

  /** Whether another datagram may be sent. */
  get open(): boolean {
    if (this.#sent - this.#acknowledged < this.size) return true;
    this.#limited = true;
    return false;
  }

  /** Number of bytes that may be sent. */
  get room(): number {
    return Math.max(0, this.size - this.#sent + this.#acknowledged);
  }

  /** Whether it is closed and no probe is under way, so that only another one opens it. */
  get isStalled(): boolean {
    return this.#unanswered === 0 && this.#sent - this.#acknowledged >= this.size;
  }

  /** Base delay in milliseconds; undefined before the first answer. */
  get baseDelay(): number | undefined {
    return this.#base === Infinity ? undefined : this.#base;
  }

  /** Counts a datagram sent at `now`; true if a probe must follow it. */
  sent(length: number, now: number): boolean {
    this.#sent += length;
    const flying = this.#sent - this.#acknowledged;
    if (flying > this.#used) this.#used = flying;
    const since = this.#sent - this.#lastProbeAt;
    if (since >= Math.min(PROBE_EVERY, Math.max(CLOSE_PROBES, this.size / 8))) return true;
    if (since >= this.size / 4 && now - this.#lastProbeTime >= CLOSE) return true;
    return this.isStalled;
  }

  /** Records a probe sent at `now` and returns its number. */
  probe(now: number): number {
    const number = this.#next;
    const i = number % PROBES;
    this.#positions[i] = this.#sent;
    this.#times[i] = now;
    this.#lastProbeAt = this.#sent;
    this.#lastProbeTime = now;
    this.#next = number + 1 >>> 0;
    this.#unanswered = Math.min(PROBES, this.#unanswered + 1);
    return number;
  }

  /** Records the answer to a probe. */
  answered(number: number, now: number): Answer {
    const age = this.#next - number >>> 0;
    if (age === 0 || age > PROBES || age > this.#next) return "unknown";
    if (age > this.#unanswered) return "late";
    this.#unanswered = age - 1;
    const i = number % PROBES;
    if (this.#positions[i] < this.#acknowledged) return "late"; // before a restart
    this.#acknowledged = this.#positions[i];
    this.#expiries = 0;
    this.#trip = now - this.#times[i];
    this.#measure(this.#trip, now);
    return "covered";
  }

  /** How long to wait for an answer when the window is closed, in milliseconds. */
  get patience(): number {
    return Math.min(MAX_PATIENCE, Math.max(MIN_PATIENCE, 4 * this.#trip));
  }

  /**
   * Handles that no answer has come for `patience`. Returns true if another probe must be sent;
   * false if everything in flight now counts as lost, so that the window is open.
   */
  expired(): boolean {
    if (++this.#expiries < EXPIRIES) return true;
    this.#acknowledged = this.#sent;
    this.#lastProbeAt = this.#sent - PROBE_EVERY;
    this.#drain = undefined;
    this.size = this.#top = MIN_WINDOW;
    this.#isStarting = true;
    this.#nextRound();
    return false;
  }

  #measure(trip: number, now: number): void {
    const drain = this.#drain;
    if (drain !== undefined && this.#acknowledged <= drain.from) return;
    this.#roundShortest = Math.min(this.#roundShortest, trip);
    if (drain === undefined) {
      if (this.#acknowledged < this.#roundEnd || this.#isStandstill(trip, now)) return;
      this.#endRound(now);
    } else if (
      ++drain.answers >= DRAIN_ANSWERS || this.#acknowledged >= drain.from + this.size
    ) this.#endDrain(drain, now);
  }

  /**
   * Whether a round must not end with this answer: it is late, and may be the first of many that
   * arrive together. If their probes were sent over a longer time, they did not wait in a queue: a
   * process or the path has stood still, and the round tells nothing.
   */
  #isStandstill(trip: number, now: number): boolean {
    const shortest = this.#roundShortest;
    if (shortest <= this.#base + 2 * targetQueue(this.size, shortest)) return false;
    const sentAt = now - trip;
    this.#late ??= { at: now, sentAt };
    if (now - this.#late.at > TOGETHER) return false;
    if (sentAt - this.#late.sentAt >= CLOSE) this.#nextRound();
    return true;
  }

  #endRound(now: number): void {
    const trip = this.#roundShortest;
    const limited = this.#limited;
    const isOld = now - this.#baseSince > BASE_AGE;
    if (trip <= this.#base + 1 || isOld && !limited) {
      this.#base = isOld && !limited ? trip : Math.min(this.#base, trip);
      this.#baseSince = now;
    }
    const used = this.#used;
    this.#nextRound();
    if (!limited) return this.#fit(used, trip);
    const size = this.#nextSize(trip);
    if (size >= this.size) this.#top = size;
    const isDue = now - this.#drainedAt > Math.max(DRAIN_EVERY, 10 * trip);
    if (isDue && (isOld || size < this.#top * SHRUNK)) this.#beginDrain(trip);
    else this.#resize(size);
  }

  /**
   * Adapts a window that has held nothing back. While starting it doubles, as fast as TCP in a
   * session. Room that was not used must not become a queue (RFC 7661 section 4.4.1). What used
   * less than half of it tells nothing: the delay may be that of the other direction's queue.
   */
  #fit(used: number, trip: number): void {
    if (used <= this.size / 2) return;
    const target = targetQueue(used, trip);
    this.#queued = trip > this.#base + 2 * target ? this.#queued + 1 : 0;
    if (this.#queued >= IN_A_ROW) this.#resize(Math.min(this.size, used));
    if (trip > this.#base + target / 4) this.#clear = 0;
    else if (this.#isStarting) this.#resize(2 * this.size);
    this.#top = Math.max(this.#top, this.size);
  }

  /**
   * The window after a round with this shortest round trip. When it limits and there is no queue
   * for some rounds, it has left its start too early: it doubles again (FAST TCP, section III.C).
   */
  #nextSize(trip: number): number {
    const target = targetQueue(this.size, trip);
    if (trip > this.#base + target / 4) {
      this.#isStarting = false;
      this.#clear = 0;
      return this.size * Math.min(2, (1 + (this.#base + target) / trip) / 2);
    }
    this.#isStarting ||= ++this.#clear >= IN_A_ROW;
    return this.size * (this.#isStarting ? 2 : 1.25);
  }

  #beginDrain(trip: number): void {
    this.#drain = { from: this.#sent, size: this.size, trip, answers: 0 };
    this.#resize(this.size * this.#base / trip * DRAINED);
  }

  #endDrain({ size, trip }: { size: number; trip: number }, now: number): void {
    const base = this.#roundShortest;
    const isOtherPath = base > this.#base + QUEUE_TARGET / 4 && base > SAME_DELAY * trip;
    // If the delay fell, the queue may not have been empty: drain again, from the new base.
    this.#baseSince = this.#drainedAt = base < FELL * this.#base ? -Infinity : now;
    this.#base = base;
    this.#drain = undefined;
    this.#nextRound();
    this.#resize(isOtherPath ? this.#top : size / trip * (base + targetQueue(size, trip) / 2));
    this.#top = this.size;
  }

  #nextRound(): void {
    this.#late = undefined;
    this.#roundShortest = Infinity;
    this.#roundEnd = this.#sent;
    this.#limited = false;
    this.#used = this.#sent - this.#acknowledged;
  }

  #resize(size: number): void {
    this.size = Math.min(MAX_WINDOW, Math.max(MIN_WINDOW, Math.round(size)));
  }
}

/** The queue to aim at in milliseconds, on a path that holds this much for this time. */
function targetQueue(size: number, trip: number): number {
  return Math.min(QUEUE_TARGET, QUEUE_BYTES / size * trip);
}
