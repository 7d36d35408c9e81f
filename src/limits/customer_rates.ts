import type { Mac } from "../pppoe/mac.ts";
import { type Rate, rescale, take } from "./rate.ts";

/** Buckets of one owner, a power of two: 128 KiB, of which untouched pages cost nothing. */
const BUCKETS = 1 << 14;

/** The buckets of one owner, and the rate of their numbers. */
interface Table {
  rate: Rate;
  readonly fullAt: Float64Array;
}

/**
 * A rate limit for each customer of each owner. A keyed hash finds a customer's buckets in a table
 * of fixed size, so a flood of addresses neither takes memory nor evicts others, and no returning
 * address finds its bucket full again. Each customer has two buckets and the fuller one counts: a
 * customer that shares one with a flood keeps the other.
 */
export class CustomerRates<Owner extends object> {
  #rate: Rate;
  #now: () => number;
  #seed: number;
  #tables = new WeakMap<Owner, Table>();

  /** `now` is in milliseconds. */
  constructor(rate: Rate, now: () => number, randomBytes: (length: number) => Uint8Array) {
    this.#rate = rate;
    this.#now = now;
    this.#seed = new DataView(randomBytes(4).slice().buffer).getUint32(0);
  }

  /** Applies a new rate; tokens already taken still count. */
  reconfigure(rate: Rate): void {
    this.#rate = rate;
  }

  /** Takes a token for a customer; returns false if it has none left. */
  take(owner: Owner, customer: Mac): boolean {
    const now = this.#now();
    const { fullAt } = this.#table(owner, now);
    const hash = hashMac(customer, this.#seed);
    const one = hash & (BUCKETS - 1);
    const other = hash >>> 16 & (BUCKETS - 1);
    const next = take(Math.min(fullAt[one], fullAt[other]), this.#rate, now);
    if (next === undefined) return false;
    fullAt[one] = Math.max(fullAt[one], next);
    fullAt[other] = Math.max(fullAt[other], next);
    return true;
  }

  #table(owner: Owner, now: number): Table {
    const rate = this.#rate;
    let table = this.#tables.get(owner);
    if (table === undefined) {
      this.#tables.set(owner, table = { rate, fullAt: new Float64Array(BUCKETS) });
    } else if (table.rate !== rate) {
      const { rate: before, fullAt } = table;
      for (let i = 0; i < BUCKETS; i++) fullAt[i] &&= rescale(fullAt[i], before, rate, now);
      table.rate = rate;
    }
    return table;
  }
}

/** A 32-bit hash; without the seed it cannot be predicted from which packets are dropped. */
export function hashMac(mac: Mac, seed: number): number {
  let hash = seed ^ mac >>> 0;
  hash = Math.imul(hash ^ hash >>> 16, 0x85eb_ca6b);
  hash ^= Math.floor(mac / 0x1_0000_0000);
  hash = Math.imul(hash ^ hash >>> 13, 0xc2b2_ae35);
  hash = Math.imul(hash ^ hash >>> 16, 0x27d4_eb2f) ^ seed;
  return (hash ^ hash >>> 15) >>> 0;
}
