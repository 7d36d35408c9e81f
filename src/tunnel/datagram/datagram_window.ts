/** Bytes between two probes. */
const PROBE_EVERY = 16 * 1024;
/** Minimum and maximum of the window, in bytes. */
export const MIN_WINDOW = 4 * PROBE_EVERY;
export const MAX_WINDOW = 256 * PROBE_EVERY;
const FIRST_WINDOW = 16 * PROBE_EVERY;
/** Number of probes remembered: twice those of the largest window. */
const PROBES = 512;
/** Acceptable queueing delay below us, in milliseconds; more means that the path is full. */
const QUEUE_TARGET = 20;
/** Interval after which the shortest round trip is measured again, in milliseconds. */
const FORGET_AFTER = 10_000;

/**
 * Limits the bytes of datagrams in flight. QUIC queues up to 1 MiB of datagrams and sends them
 * before any stream data, so a full path would starve discovery and delay everything; Deno does not
 * expose that queue. So numbered pings are sent among the datagrams, and the delays of their pongs
 * set the window: it shrinks when the round trip is {@linkcode QUEUE_TARGET} above the shortest,
 * and grows while it is what limits sending. Loss does not count: QUIC's own congestion control
 * handles it.
 */
export class DatagramWindow {
  /** Maximum number of bytes in flight. */
  size = FIRST_WINDOW;
  #sent = 0;
  #acknowledged = 0;
  #lastProbeAt = -PROBE_EVERY;
  #next = 0;
  /** Number of probes after the newest answered one. */
  #unanswered = 0;
  #positions = new Float64Array(PROBES);
  #times = new Float64Array(PROBES);
  #shortest = Infinity;
  #shortestSince = 0;
  #roundShortest = Infinity;
  #roundEnd = 0;
  #limited = false;

  /** Whether another datagram may be sent. */
  get open(): boolean {
    if (this.#sent - this.#acknowledged < this.size) return true;
    this.#limited = true;
    return false;
  }

  /** Counts a sent datagram; true if a probe must follow it. */
  sent(length: number): boolean {
    this.#sent += length;
    return this.#sent - this.#lastProbeAt >= PROBE_EVERY;
  }

  /** Records a probe sent at `now` and returns its number. */
  probe(now: number): number {
    const number = this.#next;
    this.#positions[number % PROBES] = this.#sent;
    this.#times[number % PROBES] = now;
    this.#lastProbeAt = this.#sent;
    this.#next = number + 1 >>> 0;
    this.#unanswered = Math.min(PROBES, this.#unanswered + 1);
    return number;
  }

  /** Records the answer to a probe; false if it was not expected. */
  answered(number: number, now: number): boolean {
    const age = this.#next - number >>> 0;
    if (age === 0 || age > this.#unanswered) return false;
    this.#unanswered = age - 1;
    this.#acknowledged = this.#positions[number % PROBES];
    this.#measure(now - this.#times[number % PROBES], now);
    return true;
  }

  /** Treats everything in flight as lost, after a long time without an answer. */
  restart(): void {
    this.#acknowledged = this.#sent;
    this.#lastProbeAt = this.#sent - PROBE_EVERY;
    this.size = MIN_WINDOW;
  }

  #measure(roundTrip: number, now: number): void {
    this.#roundShortest = Math.min(this.#roundShortest, roundTrip);
    if (this.#acknowledged < this.#roundEnd) return;
    if (this.#shortest === Infinity) this.#shortestSince = now;
    if (now - this.#shortestSince > FORGET_AFTER) {
      this.#shortestSince = now;
      this.#shortest = this.#roundShortest;
      this.#resize(0.5); // the queue below us drains, and the path shows its own delay
    } else {
      this.#shortest = Math.min(this.#shortest, this.#roundShortest);
      const queued = roundTrip - this.#shortest;
      if (queued > QUEUE_TARGET) this.#resize(0.8);
      else if (this.#limited) this.#resize(queued < QUEUE_TARGET / 4 ? 1.5 : 1.1);
    }
    this.#roundShortest = Infinity;
    this.#roundEnd = this.#sent;
    this.#limited = false;
  }

  #resize(factor: number): void {
    this.size = Math.min(MAX_WINDOW, Math.max(MIN_WINDOW, Math.round(this.size * factor)));
  }
}
