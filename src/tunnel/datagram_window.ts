/** A probe is due after this many bytes. */
const PROBE_EVERY = 16 * 1024;
/** Bounds of the window in bytes. */
export const MIN_WINDOW = 4 * PROBE_EVERY;
export const MAX_WINDOW = 256 * PROBE_EVERY;
const FIRST_WINDOW = 16 * PROBE_EVERY;
/** Probes remembered: those of the largest window, and as many again. */
const PROBES = 512;
/** Milliseconds that data may wait below us; more means that the path is full. */
const QUEUE_TARGET = 20;
/** Milliseconds after which the shortest round trip is measured anew. */
const FORGET_AFTER = 10_000;

/**
 * How many bytes of datagrams may be under way. QUIC queues up to 1 MiB of datagrams and sends
 * them before any stream data, so a full path would starve discovery and delay everything; Deno
 * shows nothing of that queue. So a numbered ping goes with the datagrams, and what its pong's
 * delay says decides: the window shrinks when the round trip is {@linkcode QUEUE_TARGET} above the
 * shortest, and grows while it is the limit. Loss does not count: QUIC's congestion control below
 * answers to that.
 */
export class DatagramWindow {
  /** Bytes that may be under way. */
  size = FIRST_WINDOW;
  #sent = 0;
  #acknowledged = 0;
  #lastProbeAt = -PROBE_EVERY;
  #next = 0;
  /** Probes after the newest one that was answered. */
  #unanswered = 0;
  #positions = new Float64Array(PROBES);
  #times = new Float64Array(PROBES);
  #shortest = Infinity;
  #shortestSince = 0;
  #roundShortest = Infinity;
  #roundEnd = 0;
  #limited = false;

  /** Whether another datagram may go. */
  get open(): boolean {
    if (this.#sent - this.#acknowledged < this.size) return true;
    this.#limited = true;
    return false;
  }

  /** Notes a datagram that goes; true when a probe is to follow it. */
  sent(length: number): boolean {
    this.#sent += length;
    return this.#sent - this.#lastProbeAt >= PROBE_EVERY;
  }

  /** The number of a probe that goes now. */
  probe(now: number): number {
    const number = this.#next;
    this.#positions[number % PROBES] = this.#sent;
    this.#times[number % PROBES] = now;
    this.#lastProbeAt = this.#sent;
    this.#next = number + 1 >>> 0;
    this.#unanswered = Math.min(PROBES, this.#unanswered + 1);
    return number;
  }

  /** The answer to a probe has come; false for one that was not awaited. */
  answered(number: number, now: number): boolean {
    const age = this.#next - number >>> 0;
    if (age === 0 || age > this.#unanswered) return false;
    this.#unanswered = age - 1;
    this.#acknowledged = this.#positions[number % PROBES];
    this.#measure(now - this.#times[number % PROBES], now);
    return true;
  }

  /** Nothing has been answered for long: what was under way is lost. */
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
      this.#resize(0.5); // what waits below us drains, and the path shows its own delay
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
