import { CODE_PADI, CODE_PADR, ETHERNET_HEADER, SESSION_HEADER } from "../pppoe/constants.ts";
import { readMac } from "../pppoe/mac.ts";
import { CustomerRates } from "./customer_rates.ts";
import type { PadiRates } from "./padi_shaper.ts";
import type { Rate } from "./rate.ts";

/** PADIs and PADRs of one source that are read in a second, at least, and for each PADI that may pass. */
const LEAST: Rate = { rate: 32, burst: 64 };
const PER_PADI = 8;
/** Where the source address stands in a frame. */
const SOURCE_AT = 6;

/** What a gate is made of. */
export interface SourceGateOptions {
  limits: Pick<PadiRates, "padiRatePerMac" | "padiBurstPerMac">;
  /** Milliseconds of a steady clock. */
  now: () => number;
  randomBytes: (length: number) => Uint8Array;
}

/**
 * Bounds the requests of one source address that are read at all. What the limits of discovery want
 * of them takes reading, and some kilobytes of garbage each; a host that keeps to them stays far below.
 */
export class SourceGate {
  #rates: CustomerRates<object>;

  constructor({ limits, now, randomBytes }: SourceGateOptions) {
    this.#rates = new CustomerRates(rateOf(limits), now, randomBytes);
  }

  /** Takes over other limits. */
  reconfigure(limits: SourceGateOptions["limits"]): void {
    this.#rates.reconfigure(rateOf(limits));
  }

  /**
   * Whether the frame `bytes[offset, offset + length)` is one too many of its source, which is counted
   * for each owner apart: a client, or all that is heard on the wire.
   */
  isExcess(bytes: Uint8Array, offset: number, length: number, owner: object = this): boolean {
    if (length < SESSION_HEADER) return false; // nothing that is read
    const code = bytes[offset + ETHERNET_HEADER + 1];
    if (code !== CODE_PADI && code !== CODE_PADR) return false;
    return !this.#rates.take(owner, readMac(bytes, offset + SOURCE_AT));
  }
}

function rateOf({ padiRatePerMac, padiBurstPerMac }: SourceGateOptions["limits"]): Rate {
  return {
    rate: Math.max(LEAST.rate, PER_PADI * padiRatePerMac),
    burst: Math.max(LEAST.burst, PER_PADI * padiBurstPerMac),
  };
}
