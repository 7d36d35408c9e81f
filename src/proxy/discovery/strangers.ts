import type { Mac } from "../../pppoe/mac.ts";
import { hashMac } from "../../limits/customer_rates.ts";

/** Record of an address that has never had a session. */
export type Encounter = "new" | "seen" | "served";

/**
 * Minimum age of a repetition, in milliseconds: a host repeats its PADI 5, 10, 20 and 40 seconds
 * after the last one (RFC 2516 section 8).
 */
const SOONEST_RETURN = 1_000;
/** Time for which an address is remembered, in milliseconds. */
const MEMORY = 120_000;
/** Number of possible places of one address. */
const WAYS = 4;
/** Times are stored in tenths of a second; the lowest bit marks a served address. */
const TICK = 100;

/**
 * Remembers which unknown addresses have asked before: in a flood of forged addresses, a real
 * customer is the one that returns. The table has a fixed size; when an address's places are taken,
 * the oldest entry is evicted.
 */
export class Strangers {
  #mask: number;
  #seeds: [number, number];
  #marks: Uint32Array;
  #times: Uint32Array;

  /** `size` is a power of two; each entry takes 8 bytes. */
  constructor(size: number, randomBytes: (length: number) => Uint8Array) {
    const view = new DataView(randomBytes(8).slice().buffer);
    this.#seeds = [view.getUint32(0), view.getUint32(4)];
    this.#mask = size / WAYS - 1;
    this.#marks = new Uint32Array(size);
    this.#times = new Uint32Array(size);
  }

  /** Returns what is remembered of an address. */
  encounter(mac: Mac, now: number): Encounter {
    const at = this.#find(mac);
    if (at < 0) return "new";
    const age = now - (this.#times[at] >>> 1) * TICK;
    if (age > MEMORY) return "new";
    if ((this.#times[at] & 1) === 1) return "served";
    return age >= SOONEST_RETURN ? "seen" : "new";
  }

  /** Records that an address asked without success, unless already known: the first time counts. */
  seen(mac: Mac, now: number): void {
    const at = this.#find(mac);
    if (at >= 0 && now - (this.#times[at] >>> 1) * TICK <= MEMORY) return;
    this.#write(mac, Math.floor(now / TICK) << 1);
  }

  /** Records that a request of an address was forwarded. */
  served(mac: Mac, now: number): void {
    this.#write(mac, Math.floor(now / TICK) << 1 | 1);
  }

  #find(mac: Mac): number {
    const mark = this.#mark(mac);
    const first = this.#first(mac);
    for (let at = first; at < first + WAYS; at++) if (this.#marks[at] === mark) return at;
    return -1;
  }

  #write(mac: Mac, time: number): void {
    let at = this.#find(mac);
    if (at < 0) {
      at = this.#first(mac);
      for (let way = at + 1; way < this.#first(mac) + WAYS; way++) {
        if (this.#times[way] < this.#times[at]) at = way;
      }
    }
    this.#marks[at] = this.#mark(mac);
    this.#times[at] = time;
  }

  #first(mac: Mac): number {
    return (hashMac(mac, this.#seeds[0]) & this.#mask) * WAYS;
  }

  /** Returns the address's mark; never 0, which is an empty place. */
  #mark(mac: Mac): number {
    return (hashMac(mac, this.#seeds[1]) | 1) >>> 0;
  }
}
