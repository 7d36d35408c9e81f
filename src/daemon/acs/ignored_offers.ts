import type { Mac } from "../../pppoe/mac.ts";
import { setLatest } from "../../set_latest.ts";

/** Maximum number of customers remembered; forgets the one longest silent. */
const MAX_CUSTOMERS = 1_024;
/** Maximum number of ACs that are reported. */
const MAX_ACS = 16;
/** A customer that is quiet for this long starts again, in milliseconds. */
const QUIET = 60_000;
/** PADIs, each with an offer, after which the offers count as ignored. */
const MANY = 3;

/** A customer that has asked since its last PADR. */
interface Asking {
  padis: number;
  offers: number;
  /** When it asked last. */
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
    const isOld = known === undefined || now - known.at > QUIET;
    const asking = isOld ? { padis: 0, offers: 0, at: now, ac: 0, name: "" } : known;
    asking.padis++;
    asking.at = now;
    setLatest(this.#asking, customer, asking, MAX_CUSTOMERS);
  }

  /** Records an offer; `name` is as the AC gave it. */
  offered(customer: string, ac: Mac, name: string): void {
    const asking = this.#asking.get(customer);
    if (asking === undefined) return;
    asking.offers++;
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
    for (const { padis, offers, at, ac, name } of this.#asking.values()) {
      if (Math.min(padis, offers) < MANY || now - at > QUIET) continue;
      const known = byAc.get(ac);
      if (known === undefined && byAc.size === MAX_ACS) continue;
      const customers = (known?.customers ?? 0) + 1;
      byAc.set(ac, { ac, name, customers, padis: Math.max(padis, known?.padis ?? 0) });
    }
    return [...byAc.values()];
  }
}
