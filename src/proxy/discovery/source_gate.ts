import { CODE_PADI, CODE_PADR, ETHERNET_HEADER, SESSION_HEADER } from "../../pppoe/constants.ts";
import { readMac } from "../../pppoe/mac.ts";
import { CustomerRates } from "../../limits/customer_rates.ts";
import type { PadiRates } from "./padi_shaper.ts";
import type { Rate } from "../../limits/rate.ts";

/** Minimum limit of PADIs and PADRs read per source, and the number read per PADI that may pass. */
const LEAST: Rate = { rate: 32, burst: 64 };
const PER_PADI = 8;
/** Offset of the source address in a frame. */
const SOURCE_AT = 6;

/** Dependencies of a gate. */
export interface SourceGateOptions {
  limits: Pick<PadiRates, "padiRatePerMac" | "padiBurstPerMac">;
  /** Monotonic clock, in milliseconds. */
  now: () => number;
  randomBytes: (length: number) => Uint8Array;
}

/**
 * Limits the requests read per source address. The limits of discovery themselves need a parsed
 * packet, with a few kilobytes of garbage each; a host within those limits stays far below this
 * one.
 */
export class SourceGate {
  #rates: CustomerRates<object>;

  constructor({ limits, now, randomBytes }: SourceGateOptions) {
    this.#rates = new CustomerRates(rateOf(limits), now, randomBytes);
  }

  /** Applies new limits. */
  reconfigure(limits: SourceGateOptions["limits"]): void {
    this.#rates.reconfigure(rateOf(limits));
  }

  /**
   * Whether the frame `bytes[offset, offset + length)` exceeds its source's limit. Sources are
   * counted per owner: a client, or the wire as a whole.
   */
  isExcess(bytes: Uint8Array, offset: number, length: number, owner: object = this): boolean {
    if (length < SESSION_HEADER) return false; // too short to be parsed
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
