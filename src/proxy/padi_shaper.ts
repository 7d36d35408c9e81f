import type { Mac } from "../pppoe/mac.ts";
import { CustomerRates } from "./customer_rates.ts";
import { FairQueue, Standing } from "./fair_queue.ts";
import { KnownCustomers } from "./known_customers.ts";
import type { Pending } from "./pending.ts";
import { Bucket, type Rate } from "./rate.ts";
import { seededRandom } from "./seeded_random.ts";
import { Strangers } from "./strangers.ts";

/** Rates in PADIs a second, bursts in PADIs. */
export interface PadiRates {
  padiRatePerMac: number;
  padiBurstPerMac: number;
  padiRate: number;
  padiBurst: number;
}

/** What a shaper is made of. */
export interface PadiShaperOptions<Owner> {
  limits: PadiRates;
  /** Milliseconds of a steady clock. */
  now: () => number;
  /** Calls back after so many milliseconds. */
  later: (milliseconds: number, run: () => void) => void;
  randomBytes: (length: number) => Uint8Array;
  /** Unknown addresses remembered of each owner, a power of two. */
  strangers: number;
  /** Whether a customer has a session. */
  hasSession: (owner: Owner, customer: Mac) => boolean;
  /** A PADI's turn has come. */
  send: (pending: Pending<Owner>, frame: Uint8Array) => void;
  /** A PADI that waited has given way to another, or has waited too long. */
  dropped: (pending: Pending<Owner>) => void;
  /** Those whose turn it was have been sent; not called where a PADI need not wait. */
  sent: () => void;
}

/**
 * How long a PADI may wait: an answer reaches the customer before it asks again, which is after 5
 * seconds (RFC 2516 section 8). Milliseconds.
 */
export const LONGEST_WAIT = 4_000;
/** A repetition so soon after is passed on only once. Milliseconds. */
const REPETITION = 1_000;

interface Waiting<Owner> {
  pending: Pending<Owner>;
  frame: Uint8Array;
  /** Milliseconds of the clock when it came. */
  since: number;
}

/**
 * Lets PADIs pass at an even rate: when a whole segment dials at once, ACs are asked one after the
 * other. No customer has more than its own rate; which of those that wait come first is decided by
 * `FairQueue`. `Pending.asked` says when it was its turn, or that it waits.
 */
export class PadiShaper<Owner extends object> {
  #options: PadiShaperOptions<Owner>;
  #limits: PadiRates;
  /** Customers that have had a session have buckets apart, out of reach of made-up addresses. */
  #rates: { known: CustomerRates<Owner>; others: CustomerRates<Owner> };
  #known: KnownCustomers<Owner>;
  #strangers = new WeakMap<Owner, Strangers>();
  #queue: FairQueue<Owner, Waiting<Owner>>;
  #bucket = new Bucket();
  #armed = false;

  constructor(options: PadiShaperOptions<Owner>) {
    const { limits, now, randomBytes } = options;
    const rates = () => new CustomerRates<Owner>(rateOfCustomer(limits), now, randomBytes);
    this.#options = options;
    this.#limits = limits;
    this.#rates = { known: rates(), others: rates() };
    this.#known = new KnownCustomers(now, options.hasSession);
    this.#queue = new FairQueue(seededRandom(randomBytes));
  }

  /** Takes over other limits. */
  reconfigure(limits: PadiRates): void {
    this.#limits = limits;
    this.#rates.known.reconfigure(rateOfCustomer(limits));
    this.#rates.others.reconfigure(rateOfCustomer(limits));
  }

  /** PADIs that wait. */
  get size(): number {
    return this.#queue.size;
  }

  /** Whether a PADI repeats one that waits, or that was passed on just now and not answered yet. */
  repeats(pending: Pending<Owner> | undefined): boolean {
    return pending !== undefined && this.#options.now() - pending.asked < REPETITION;
  }

  /** Whether a PADI of this customer may come; whoever is turned away is remembered. */
  admits(owner: Owner, customer: Mac): boolean {
    const standing = this.#standing(owner, customer);
    const rates = standing === Standing.known ? this.#rates.known : this.#rates.others;
    const admitted = this.#queue.accepts(owner, standing, this.#places) &&
      rates.take(owner, customer);
    if (!admitted) this.#remember(owner, customer, standing);
    return admitted;
  }

  /** Sends a PADI that was admitted, now or when its turn comes. */
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

  /** A customer has got a session: it comes before strangers from now on. */
  completed(owner: Owner, customer: Mac): void {
    this.#known.add(owner, customer);
  }

  /** Forgets what waits of an owner that has gone; its customers stay known. */
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

  /** Sends those whose turn it is. */
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
    const { padiRate: rate, padiBurst: burst } = this.#limits;
    return this.#bucket.take({ rate, burst }, this.#options.now());
  }
}

function rateOfCustomer({ padiRatePerMac: rate, padiBurstPerMac: burst }: PadiRates): Rate {
  return { rate, burst };
}
