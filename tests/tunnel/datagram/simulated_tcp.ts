/** Factor of CUBIC's growth, and what a loss leaves of the window (RFC 9438 section 4.6 and 5). */
const CUBIC = 0.4;
const BETA = 0.7;
/** Packets acknowledged after a missing one until it counts as lost (RFC 5681 section 3.2). */
const REORDERING = 3;
/** Round trips that HyStart compares in each round, and the bounds of the rise, in milliseconds. */
const SAMPLES = 8;
const MIN_RISE = 4;
const MAX_RISE = 16;
/** Shortest time without an answer until everything counts as lost, in milliseconds. */
const MIN_TIMEOUT = 200;

/**
 * The sender of a TCP that always has data: CUBIC (RFC 9438) with the delay sign of HyStart (as in
 * RFC 9406, without its conservative rounds, which Linux does not have), and SACK. Packets are
 * numbered in the order of sending, also those that are sent again.
 */
export class SimulatedTcp {
  #congestion = 10;
  #threshold = Infinity;
  #next = 0;
  #flying = new Map<number, number>();
  #shortest = Infinity;
  #round = { end: 0, shortest: Infinity, samples: 0 };
  /** Packets below it were sent before the last reduction. */
  #recovered = 0;
  /** Window before the last reduction, and CUBIC's state since then. */
  #top = 0;
  #epoch: { since: number; top: number; friendly: number } | undefined;
  #heardAt = 0;
  /** Whether its window held it back when it last sent. */
  #isLimited = false;

  /** Whether another packet may be sent. */
  get open(): boolean {
    return this.#flying.size < this.#congestion;
  }

  /** Number of packets on the way. */
  get flying(): number {
    return this.#flying.size;
  }

  /** Whether it still doubles in every round. */
  get isStarting(): boolean {
    return this.#congestion < this.#threshold;
  }

  /** Sends a packet at `now` and returns its number. */
  send(now: number): number {
    if (this.#flying.size === 0) this.#heardAt = now;
    this.#flying.set(this.#next, now);
    this.#isLimited = !this.open;
    return this.#next++;
  }

  /** Handles the acknowledgement of a packet. */
  acknowledged(number: number, now: number): void {
    const sentAt = this.#flying.get(number);
    if (sentAt === undefined) return;
    this.#flying.delete(number);
    this.#heardAt = now;
    this.#shortest = Math.min(this.#shortest, now - sentAt);
    this.#lose((other) => other < number - REORDERING);
    if (!this.#isLimited) return; // RFC 7661 section 4.2
    if (this.isStarting) this.#start(number, now - sentAt);
    else if (number >= this.#recovered) this.#grow(now);
  }

  /** Handles a time out, if there is one. */
  wait(now: number): void {
    if (this.#flying.size === 0 || now - this.#heardAt < MIN_TIMEOUT + 2 * this.#shortest) return;
    this.#lose(() => true);
    this.#congestion = 2;
    this.#heardAt = now;
  }

  #lose(isLost: (number: number) => boolean): void {
    let isNew = false;
    for (const number of this.#flying.keys()) {
      if (!isLost(number)) break;
      this.#flying.delete(number);
      isNew ||= number >= this.#recovered;
    }
    if (!isNew) return;
    this.#recovered = this.#next;
    this.#epoch = undefined;
    this.#top = this.#congestion;
    this.#congestion = this.#threshold = Math.max(2, this.#congestion * BETA);
  }

  #start(number: number, trip: number): void {
    this.#congestion++;
    const round = this.#round;
    if (++round.samples <= SAMPLES) round.shortest = Math.min(round.shortest, trip);
    const rise = Math.min(MAX_RISE, Math.max(MIN_RISE, this.#shortest / 8));
    const isQueue = round.samples >= SAMPLES && round.shortest > this.#shortest + rise;
    if (isQueue && this.#congestion >= 16) this.#threshold = this.#congestion;
    if (number >= round.end) this.#round = { end: this.#next, shortest: Infinity, samples: 0 };
  }

  #grow(now: number): void {
    const size = this.#congestion;
    const epoch = this.#epoch ??= { since: now, top: Math.max(this.#top, size), friendly: size };
    const seconds = (now - epoch.since + this.#shortest) / 1_000;
    const rise = Math.cbrt((epoch.top - epoch.top * (size < epoch.top ? BETA : 1)) / CUBIC);
    epoch.friendly += 3 * (1 - BETA) / (1 + BETA) / size;
    const target = Math.max(epoch.friendly, CUBIC * (seconds - rise) ** 3 + epoch.top);
    this.#congestion += Math.min(size / 2, Math.max(0.01, target - size)) / size;
  }
}
