import type { Mac } from "../pppoe/mac.ts";

/** Rate in PADIs a second, burst in PADIs. */
export interface PadiLimits {
  padiRatePerMac: number;
  padiBurstPerMac: number;
}

/** Token buckets are kept for this many MAC addresses; the longest unused goes first. */
const MAX_BUCKETS = 4096;

interface Bucket {
  tokens: number;
  /** Milliseconds of the clock when `tokens` was right. */
  at: number;
}

/** Limits PADIs of each MAC address (accel-ppp allows one a second). */
export class PadiLimiter {
  #limits: PadiLimits;
  #now: () => number;
  #byMac = new Map<Mac, Bucket>();

  /** `now` gives milliseconds of a steady clock. */
  constructor(limits: PadiLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Whether a PADI of this MAC may pass now. */
  admit(mac: Mac): boolean {
    const { padiRatePerMac, padiBurstPerMac } = this.#limits;
    const bucket = this.#byMac.get(mac) ?? { tokens: padiBurstPerMac, at: this.#now() };
    this.#byMac.delete(mac); // to the end: the map's order is that of last use
    this.#byMac.set(mac, bucket);
    if (this.#byMac.size > MAX_BUCKETS) this.#byMac.delete(this.#byMac.keys().next().value ?? mac);
    this.#refill(bucket, padiRatePerMac, padiBurstPerMac);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }

  #refill(bucket: Bucket, rate: number, burst: number): void {
    const now = this.#now();
    bucket.tokens = Math.min(burst, bucket.tokens + (now - bucket.at) * rate / 1000);
    bucket.at = now;
  }
}
