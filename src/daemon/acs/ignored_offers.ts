import type { Mac } from "../../pppoe/mac.ts";
import { setLatest } from "../../set_latest.ts";

/** Maximum number of customers remembered; forgets the one longest silent. */
const MAX_CUSTOMERS = 1_024;
/** Maximum number of ACs that are reported. */
const MAX_ACS = 16;
/** A customer that is quiet for this long starts again, in milliseconds. */
const QUIET = 60_000;
/**
 * PADIs of one attempt are no further apart, in milliseconds: pppd and rp-pppoe wait 5, 10 and 20
 * seconds. A program that looks for ACs each half minute makes a new attempt each time.
 */
const ATTEMPT = 25_000;
/** Number of PADIs after an offer, from which on the offers count as ignored. */
const MANY = 2;
/** Time between the first and the last PADI of an attempt that is no search, in milliseconds. */
const MIN_TIME = 5_000;

/** A customer that has asked since its last PADR. Times are milliseconds of the clock. */
interface Asking {
  padis: number;
  /** Number of PADIs with an offer since the one before. */
  again: number;
  hasOffer: boolean;
  /** When it asked first and last in this attempt. */
  since: number;
  at: number;
  ac: Mac;
  name: string;
}

/** An AC whose offers customers do not take. */
export interface Ignored {
  readonly ac: Mac;
  readonly name: string;
  readonly customers: number;
  /** PADIs of the customer that has asked most often. */
  readonly padis: number;
}

/** Notices customers that ask again and again although they are sent offers. Pure. */
export class IgnoredOffers {
  #now: () => number;
  #asking = new Map<string, Asking>();

  /** `now` is a monotonic clock in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Records a PADI. */
  asked(customer: string): void {
    const now = this.#now();
    const known = this.#asking.get(customer);
    // One that ignores offers may pause between its attempts.
    const pause = known !== undefined && isIgnoring(known) ? QUIET : ATTEMPT;
    const asking = known !== undefined && now - known.at <= pause
      ? known
      : { padis: 0, again: 0, hasOffer: false, since: now, at: now, ac: 0, name: "" };
    asking.padis++;
    if (asking.hasOffer) asking.again++;
    asking.hasOffer = false;
    asking.at = now;
    setLatest(this.#asking, customer, asking, MAX_CUSTOMERS);
  }

  /** Records an offer; `name` is as the AC gave it. */
  offered(customer: string, ac: Mac, name: string): void {
    const asking = this.#asking.get(customer);
    if (asking === undefined) return;
    asking.hasOffer = true;
    asking.ac = ac;
    asking.name = name.slice(0, 64);
  }

  /** Records a PADR. */
  requested(customer: string): void {
    this.#asking.delete(customer);
  }

  /** The ACs whose offers are ignored now. */
  current(): Ignored[] {
    const now = this.#now();
    const byAc = new Map<Mac, Ignored>();
    for (const asking of this.#asking.values()) {
      const { padis, at, ac, name } = asking;
      if (!isIgnoring(asking) || now - at > QUIET) continue;
      const known = byAc.get(ac);
      if (known === undefined && byAc.size === MAX_ACS) continue;
      const customers = (known?.customers ?? 0) + 1;
      byAc.set(ac, { ac, name, customers, padis: Math.max(padis, known?.padis ?? 0) });
    }
    return [...byAc.values()];
  }
}

function isIgnoring({ again, since, at }: Asking): boolean {
  return again >= MANY && at - since >= MIN_TIME;
}
