import type { Mac } from "../pppoe/mac.ts";
import { CustomerRates } from "./customer_rates.ts";
import type { DropReason } from "./drops.ts";
import type { PadrGateOptions } from "./padr_gate.ts";
import type { PadiRates } from "./padi_shaper.ts";
import type { Pending } from "./pending.ts";
import { Bucket, type Rate } from "./rate.ts";
import { SharedRate, type Shares } from "./shared_rate.ts";

/**
 * Offers of one MAC address to one PADI: each name of an AC makes one, and so does each of several ACs
 * behind one address. More than any wire has.
 */
const OFFERS_OF_AC = 64;
/** Offers to one PADI of ACs that no session has come of: more than a segment has ACs. */
const OFFERS = 128;
/** PADSs to one discovery: errors, and repetitions. */
const CONFIRMATIONS: Rate = { rate: 2, burst: 16 };
/** Answers a second that every client may get, whatever others get. */
const FLOOR: Rate = { rate: 50, burst: 100 };
/** ACs remembered of which a session came; the longest unused goes first. */
const MAX_PROVEN = 256;

/** What has answered the last PADI of a discovery. */
interface Answers {
  /** `Pending.passed` at its time. */
  round: number;
  /** Of ACs that no session has come of. */
  offers: number;
  byAc: Map<Mac, number>;
  confirmations: Bucket;
}

/**
 * What passes of the answers of ACs: of offers so many to each PADI, and of each AC and to each client
 * not many more a second than there may be PADIs. So nobody on an AC's segment fills a client's
 * tunnel. What comes of ACs that sessions came of does not compete with what others say.
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

  /** Takes over other limits. */
  reconfigure(limits: PadiRates): void {
    this.#byAc.reconfigure(times(2, limits));
    this.#offers.reconfigure(sharesOf(limits));
    this.#confirmations.reconfigure(sharesOf(limits));
  }

  /** Why a PADO may not pass; undefined where it may. */
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

  /** Why a PADS that opens no session may not pass; undefined where it may. */
  confirmation(pending: Pending<Owner>): DropReason | undefined {
    const now = this.#now();
    return this.#of(pending).confirmations.take(CONFIRMATIONS, now) &&
        this.#confirmations.take(pending.owner, now)
      ? undefined
      : "discovery-rate";
  }

  /** A session has come of an AC's offer. */
  proven(concentrator: Mac): void {
    this.#proven.delete(concentrator);
    this.#proven.add(concentrator);
    if (this.#proven.size <= MAX_PROVEN) return;
    for (const oldest of this.#proven) return void this.#proven.delete(oldest);
  }

  #of(pending: Pending<Owner>): Answers {
    let answers = this.#answers.get(pending);
    if (answers === undefined) {
      answers = { round: 0, offers: 0, byAc: new Map(), confirmations: new Bucket() };
      this.#answers.set(pending, answers);
    }
    if (answers.round === pending.passed) return answers;
    answers.round = pending.passed;
    answers.offers = 0;
    answers.byAc.clear();
    return answers;
  }
}

/** This many times the rate of PADIs. */
function times(factor: number, { padiRate, padiBurst }: PadiRates): Rate {
  return { rate: factor * padiRate, burst: factor * padiRate + padiBurst };
}

function sharesOf(limits: PadiRates): Shares {
  return { floor: FLOOR, each: times(4, limits), all: times(8, limits) };
}
