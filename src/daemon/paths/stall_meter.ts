import type { PathSample } from "./path_sample.ts";

/** How long nothing is acknowledged before that is a stall, in milliseconds. */
const STALLED = 2_000;
/** Number of timeouts in a row that belong to a stall. */
const MIN_BACKOFF = 2;
/** Share of a full packet that the packets in flight have on average, to be called full. */
const FULL = 0.5;
/** Number of looks in which data of the peer arrives meanwhile. */
const MIN_HEARD = 2;

/** Full packets that are not acknowledged. */
export interface Stall {
  /** Bytes that are not acknowledged, and for how long, in milliseconds. */
  readonly bytes: number;
  readonly time: number;
  /** Maximum payload of a packet, in bytes. */
  readonly segment: number;
  /** Whether data of the peer arrives meanwhile. */
  readonly isHeard: boolean;
}

/**
 * Notices that full packets do not get through, as on a path whose MTU is smaller than it says (RFC
 * 2923 section 2.1), or on one that is down. Pure.
 */
export class StallMeter {
  #confirmed: number | undefined;
  #since = NaN;
  #received = 0;
  #heard = 0;

  /** Looks at a path at `now`, in milliseconds; call it about once a second. */
  look({ confirmed, inFlight }: PathSample, now: number): Stall | undefined {
    if (inFlight === undefined) return undefined;
    const { segments, bytes, segment, backoff, received } = inFlight;
    if (segments === 0 || Number.isNaN(this.#since) || confirmed !== this.#confirmed) {
      this.#since = now;
      this.#confirmed = confirmed;
      this.#heard = 0;
    } else if (received > this.#received) this.#heard++;
    this.#received = received;
    const time = now - this.#since;
    const isStalled = time >= STALLED && backoff >= MIN_BACKOFF;
    if (!isStalled || bytes < FULL * segment * segments) return undefined;
    return { bytes, time, segment, isHeard: this.#heard >= MIN_HEARD };
  }
}
