import type { Mac } from "../../pppoe/mac.ts";
import { CustomerRates } from "../../limits/customer_rates.ts";
import { FairQueue, Standing } from "./fair_queue.ts";
import { KnownCustomers } from "./known_customers.ts";
import type { Pending } from "./pending.ts";
import type { Rate } from "../../limits/rate.ts";
import { seededRandom } from "../../limits/seeded_random.ts";
import { TokenBucket } from "../../limits/token_bucket.ts";
import { Strangers } from "./strangers.ts";

/** Rates in PADIs per second, bursts in PADIs. */
export interface PadiRates {
  padiRatePerMac: number;
  padiBurstPerMac: number;
  padiRate: number;
  padiBurst: number;
}

/** Dependencies of a shaper. */
export interface PadiShaperOptions<Owner> {
  limits: PadiRates;
  /** Monotonic clock, in milliseconds. */
  now: () => number;
  /** Calls back after this many milliseconds. */
  later: (milliseconds: number, run: () => void) => void;
  randomBytes: (length: number) => Uint8Array;
  /** Number of unknown addresses remembered per owner, a power of two. */
  strangers: number;
  /** Whether a PADI that is sent now has room on its way; without this there always is. */
  hasRoom?: (() => boolean) | undefined;
  /** Whether a customer has a session. */
  hasSession: (owner: Owner, customer: Mac) => boolean;
  /** Sends a PADI whose turn has come. */
  send: (pending: Pending<Owner>, frame: Uint8Array) => void;
  /** Reports a waiting PADI that was displaced or waited too long. */
  dropped: (pending: Pending<Owner>) => void;
  /** Called after the PADIs of a turn were sent; not called for a PADI that need not wait. */
  sent: () => void;
}

/**
 * Maximum time that a PADI waits, in milliseconds: an answer then reaches the customer before it
 * asks again, after 5 seconds (RFC 2516 section 8).
 */
export const LONGEST_WAIT = 4_000;
/** A repetition within this time is sent only once. Milliseconds. */
const REPETITION = 1_000;

interface Waiting<Owner> {
  pending: Pending<Owner>;
  frame: Uint8Array;
  /** Arrival time, in milliseconds. */
  since: number;
}

/**
 * Sends PADIs at an even rate, and no faster than there is room: when a whole segment dials at once,
 * ACs are queried in turn. No
 * customer exceeds its own rate; `FairQueue` decides which waiting PADI is next. `Pending.asked` is
 * the time when its PADI was sent, or Infinity while it waits.
 */
export class PadiShaper<Owner extends object> {
  #options: PadiShaperOptions<Owner>;
  #limits: PadiRates;
  /** Customers that have had a session use separate buckets that forged addresses cannot drain. */
  #rates: { known: CustomerRates<Owner>; others: CustomerRates<Owner> };
  #known: KnownCustomers<Owner>;
  #strangers = new WeakMap<Owner, Strangers>();
  #queue: FairQueue<Owner, Waiting<Owner>>;
  #bucket: TokenBucket;
  #armed = false;

  constructor(options: PadiShaperOptions<Owner>) {
    const { limits, now, randomBytes } = options;
    const rates = () => new CustomerRates<Owner>(rateOfCustomer(limits), now, randomBytes);
    this.#options = options;
    this.#limits = limits;
    this.#rates = { known: rates(), others: rates() };
    this.#known = new KnownCustomers(now, options.hasSession);
    this.#queue = new FairQueue(seededRandom(randomBytes));
    this.#bucket = new TokenBucket(rateOf(limits));
  }

  /** Applies new limits. */
  reconfigure(limits: PadiRates): void {
    this.#limits = limits;
    this.#rates.known.reconfigure(rateOfCustomer(limits));
    this.#rates.others.reconfigure(rateOfCustomer(limits));
    this.#bucket.reconfigure(rateOf(limits), this.#options.now());
  }

  /** Number of waiting PADIs. */
  get size(): number {
    return this.#queue.size;
  }

  /** Whether a PADI repeats a waiting one, or one that was just sent and is not answered yet. */
  repeats(pending: Pending<Owner> | undefined): boolean {
    return pending !== undefined && this.#options.now() - pending.asked < REPETITION;
  }

  /** Whether a PADI of this customer is accepted; a refused customer is remembered. */
  admits(owner: Owner, customer: Mac): boolean {
    const standing = this.#standing(owner, customer);
    const rates = standing === Standing.known ? this.#rates.known : this.#rates.others;
    const admitted = this.#queue.accepts(owner, standing, this.#places) &&
      rates.take(owner, customer);
    if (!admitted) this.#remember(owner, customer, standing);
    return admitted;
  }

  /** Sends an admitted PADI, now or when its turn comes. */
  submit(pending: Pending<Owner>, frame: Uint8Array): void {
    const since = this.#options.now();
    if (this.#queue.size === 0 && this.#takeTurn()) return this.#send({ pending, frame, since });
    const standing = this.#standing(pending.owner, pending.customer);
    const waiting = { pending, frame, since };
    pending.asked = Infinity;
    const victim = this.#queue.push(pending.owner, standing, waiting, this.#places);
    if (victim !== undefined) this.#drop(victim);
    this.#arm();
  }

  /** Notes that a customer has a session: from now on it precedes strangers. */
  completed(owner: Owner, customer: Mac): void {
    this.#known.add(owner, customer);
  }

  /** Removes the waiting PADIs of a lost owner; its customers stay known. */
  removeOwner(owner: Owner): void {
    this.#queue.removeOwner(owner);
  }

  get #places(): number {
    return Math.ceil(this.#limits.padiRate * LONGEST_WAIT / 1000);
  }

  #standing(owner: Owner, customer: Mac): Standing {
    if (this.#known.has(owner, customer)) return Standing.known;
    switch (this.#strangersOf(owner).encounter(customer, this.#options.now())) {
      case "seen":
        return Standing.returning;
      case "served":
        return Standing.served;
      default:
        return Standing.fresh;
    }
  }

  #strangersOf(owner: Owner): Strangers {
    let found = this.#strangers.get(owner);
    if (found === undefined) {
      found = new Strangers(this.#options.strangers, this.#options.randomBytes);
      this.#strangers.set(owner, found);
    }
    return found;
  }

  #remember(owner: Owner, customer: Mac, standing: Standing): void {
    if (standing === Standing.known) return;
    this.#strangersOf(owner).seen(customer, this.#options.now());
  }

  #send({ pending, frame }: Waiting<Owner>): void {
    const now = this.#options.now();
    const { owner, customer } = pending;
    if (!this.#known.has(owner, customer)) this.#strangersOf(owner).served(customer, now);
    pending.asked = now;
    pending.passed++;
    this.#options.send(pending, frame);
  }

  #drop({ pending }: Waiting<Owner>): void {
    pending.asked = -Infinity;
    const { owner, customer } = pending;
    this.#remember(owner, customer, this.#standing(owner, customer));
    this.#options.dropped(pending);
  }

  #arm(): void {
    if (this.#armed || this.#queue.size === 0) return;
    this.#armed = true;
    const delay = Math.max(1, Math.ceil(1000 / this.#limits.padiRate));
    this.#options.later(delay, () => {
      this.#armed = false;
      this.#serve();
      this.#options.sent();
      this.#arm();
    });
  }

  /** Sends the PADIs whose turn it is. */
  #serve(): void {
    const oldest = this.#options.now() - LONGEST_WAIT;
    while (this.#queue.size > 0) {
      if (!this.#takeTurn()) return;
      let next = this.#queue.shift();
      for (; next !== undefined && next.since < oldest; next = this.#queue.shift()) {
        this.#drop(next);
      }
      if (next !== undefined) this.#send(next);
    }
  }

  #takeTurn(): boolean {
    if (this.#options.hasRoom?.() === false) return false;
    return this.#bucket.take(this.#options.now());
  }
}

function rateOf({ padiRate: rate, padiBurst: burst }: PadiRates): Rate {
  return { rate, burst };
}

function rateOfCustomer({ padiRatePerMac: rate, padiBurstPerMac: burst }: PadiRates): Rate {
  return { rate, burst };
}
