import type { Mac } from "../../pppoe/mac.ts";
import { CustomerRates } from "../../limits/customer_rates.ts";
import type { DropReason } from "../session/drops.ts";
import type { PadrGateOptions } from "./padr_gate.ts";
import type { PadiRates } from "./padi_shaper.ts";
import type { Pending } from "./pending.ts";
import type { Rate } from "../../limits/rate.ts";
import { SharedRate, type Shares } from "../../limits/shared_rate.ts";
import { TokenBucket } from "../../limits/token_bucket.ts";

/**
 * Maximum number of offers from one MAC address to one PADI: each AC name makes one, and so does
 * each of several ACs behind one address. No real segment has as many.
 */
const OFFERS_OF_AC = 64;
/** Maximum offers to one PADI from unproven ACs, those without a session: more than a wire has. */
const OFFERS = 128;
/** PADSs to one discovery: errors, and repetitions. */
const CONFIRMATIONS: Rate = { rate: 2, burst: 16 };
/** Answers per second guaranteed to each client, whatever others receive. */
const FLOOR: Rate = { rate: 50, burst: 100 };
/** Maximum number of proven ACs remembered; evicts the least recently proven. */
const MAX_PROVEN = 256;

/** Answers to the last PADI of a discovery. */
interface Answers {
  /** Value of `Pending.passed` for that PADI. */
  round: number;
  /** Number of offers from unproven ACs. */
  offers: number;
  byAc: Map<Mac, number>;
  confirmations: TokenBucket;
}

/**
 * Limits the answers of ACs: offers per PADI, and answers per second from each AC and to each
 * client, in proportion to the rate of PADIs. A host on an AC's segment therefore cannot fill a
 * client's tunnel. Offers of proven ACs do not compete with those of others.
 */
export class AnswerGate<Owner extends object> {
  #now: () => number;
  #answers = new WeakMap<Pending<Owner>, Answers>();
  #proven = new Set<Mac>();
  #byAc: CustomerRates<AnswerGate<Owner>>;
  #offers: SharedRate<Owner>;
  #confirmations: SharedRate<Owner>;

  constructor({ limits, now, randomBytes }: Omit<PadrGateOptions, "isOpen">) {
    this.#now = now;
    this.#byAc = new CustomerRates(times(2, limits), now, randomBytes);
    this.#offers = new SharedRate(sharesOf(limits));
    this.#confirmations = new SharedRate(sharesOf(limits));
  }

  /** Applies new limits. */
  reconfigure(limits: PadiRates): void {
    this.#byAc.reconfigure(times(2, limits));
    this.#offers.reconfigure(sharesOf(limits));
    this.#confirmations.reconfigure(sharesOf(limits));
  }

  /** Returns why a PADO is dropped; undefined if it passes. */
  offer(pending: Pending<Owner>, concentrator: Mac): DropReason | undefined {
    const answers = this.#of(pending);
    const ofAc = answers.byAc.get(concentrator) ?? 0;
    const isProven = this.#proven.has(concentrator);
    if (ofAc >= OFFERS_OF_AC || !isProven && answers.offers >= OFFERS) return "offer-rate";
    if (!this.#byAc.take(this, concentrator)) return "offer-rate";
    if (!isProven && !this.#offers.take(pending.owner, this.#now())) return "offer-rate";
    if (!isProven) answers.offers++;
    answers.byAc.set(concentrator, ofAc + 1);
    return undefined;
  }

  /** Returns why a PADS that opens no session is dropped; undefined if it passes. */
  confirmation(pending: Pending<Owner>): DropReason | undefined {
    const now = this.#now();
    return this.#of(pending).confirmations.take(now) &&
        this.#confirmations.take(pending.owner, now)
      ? undefined
      : "discovery-rate";
  }

  /** Records that a session was opened with this AC. */
  proven(concentrator: Mac): void {
    this.#proven.delete(concentrator);
    this.#proven.add(concentrator);
    if (this.#proven.size <= MAX_PROVEN) return;
    for (const oldest of this.#proven) return void this.#proven.delete(oldest);
  }

  #of(pending: Pending<Owner>): Answers {
    let answers = this.#answers.get(pending);
    if (answers === undefined) {
      const confirmations = new TokenBucket(CONFIRMATIONS);
      answers = { round: 0, offers: 0, byAc: new Map(), confirmations };
      this.#answers.set(pending, answers);
    }
    if (answers.round === pending.passed) return answers;
    answers.round = pending.passed;
    answers.offers = 0;
    answers.byAc.clear();
    return answers;
  }
}

/** Returns a multiple of the rate of PADIs. */
function times(factor: number, { padiRate, padiBurst }: PadiRates): Rate {
  return { rate: factor * padiRate, burst: factor * padiRate + padiBurst };
}

function sharesOf(limits: PadiRates): Shares {
  return { floor: FLOOR, each: times(4, limits), all: times(8, limits) };
}
