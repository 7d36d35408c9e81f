import type { Mac } from "../pppoe/mac.ts";
import { type Rate, take } from "./rate.ts";

/** Buckets of one owner, a power of two: 128 KiB, of which untouched pages cost nothing. */
const BUCKETS = 1 << 14;

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
  #tables = new WeakMap<Owner, Float64Array>();

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
    let table = this.#tables.get(owner);
    if (table === undefined) this.#tables.set(owner, table = new Float64Array(BUCKETS));
    const hash = hashMac(customer, this.#seed);
    const one = hash & (BUCKETS - 1);
    const other = hash >>> 16 & (BUCKETS - 1);
    const next = take(Math.min(table[one], table[other]), this.#rate, this.#now());
    if (next === undefined) return false;
    table[one] = Math.max(table[one], next);
    table[other] = Math.max(table[other], next);
    return true;
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
