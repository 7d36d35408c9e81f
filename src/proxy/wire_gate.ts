import { CODE_PADI, CODE_PADR } from "../pppoe/constants.ts";
import type { Mac } from "../pppoe/mac.ts";
import { CustomerRates } from "./customer_rates.ts";
import type { PadiRates } from "./padi_shaper.ts";
import type { Rate } from "./rate.ts";

/** PADIs and PADRs of one source that are read in a second, at least, and for each PADI that may pass. */
const LEAST: Rate = { rate: 32, burst: 64 };
const PER_PADI = 8;

/** What a gate is made of. */
export interface WireGateOptions {
  limits: Pick<PadiRates, "padiRatePerMac" | "padiBurstPerMac">;
  /** Milliseconds of a steady clock. */
  now: () => number;
  randomBytes: (length: number) => Uint8Array;
}

/**
 * Bounds the requests of one source address that are read at all. What the limits of discovery want
 * of them takes reading, and some kilobytes of garbage each; a host that keeps to them stays far below.
 */
export class WireGate {
  #rates: CustomerRates<WireGate>;

  constructor({ limits, now, randomBytes }: WireGateOptions) {
    const rate = (): Rate => ({
      rate: Math.max(LEAST.rate, PER_PADI * limits.padiRatePerMac),
      burst: Math.max(LEAST.burst, PER_PADI * limits.padiBurstPerMac),
    });
    this.#rates = new CustomerRates(rate, now, randomBytes);
  }

  /** Whether a frame with this code is one too many of a source. */
  isExcess(code: number, source: Mac): boolean {
    return (code === CODE_PADI || code === CODE_PADR) && !this.#rates.take(this, source);
  }
}
