import type { Mac } from "../../pppoe/mac.ts";
import { CustomerRates } from "../../limits/customer_rates.ts";
import type { DropReason } from "../session/drops.ts";
import { LONGEST_WAIT, type PadiRates } from "./padi_shaper.ts";
import { MAX_OFFERS, type Pending } from "./pending.ts";
import type { Rate } from "../../limits/rate.ts";
import type { Session } from "../session/session.ts";
import { SharedRate, type Shares } from "../../limits/shared_rate.ts";

/**
 * Hosts repeat a PADR after seconds (RFC 2516 section 8); an earlier repeat is sent only once.
 * Milliseconds.
 */
const REPETITION = 1_000;
/** Maximum number of times that the same PADR is forwarded until a PADI starts a new round. */
const MAX_REPEATS = 8;
/** Minimum of the limit of different PADRs per round, which is otherwise the number of offers. */
const MIN_CHOICES = 8;
/** Maximum number of ACs whose offers count: twice those that a PADI may lead to. */
const MAX_OFFERING = 2 * MAX_OFFERS;
/** PADRs per second guaranteed to each client, whatever the others send. */
const FLOOR: Rate = { rate: 20, burst: 40 };

/** Maximum wait of PADIs, in seconds: all may be answered, and followed by PADRs, at once. */
const WAITED = LONGEST_WAIT / 1_000;

/** Dependencies of a gate. */
export interface PadrGateOptions {
  limits: PadiRates;
  now: () => number;
  randomBytes: (length: number) => Uint8Array;
  isOpen: (session: Session) => boolean;
}

/** A forwarded PADR. */
interface Asked {
  concentrator: Mac;
  digest: number;
  at: number;
  times: number;
}

/** The results of the last PADI of a discovery. */
interface Round {
  /** Value of `Pending.passed` for that PADI. */
  number: number;
  offers: Set<Mac>;
  asked: Asked[];
  /** The resulting session, and the PADS for the customer. */
  session: Session | undefined;
  pads: Uint8Array;
  /** When that PADS was last sent, in milliseconds. */
  answered: number;
}

/**
 * Decides which PADRs are forwarded:
 *
 *     PADI ──▶ offered ──PADR──▶ asked ──PADS──▶ answered
 *                 ▲                │ ▲ the same PADR after a second or more
 *                 └────────────────┘─┘ an error, or another AC's turn
 *
 * A PADI starts a round, and a round gives one session. The same PADR afterwards gets the same
 * PADS.
 */
export class PadrGate<Owner extends object> {
  #now: () => number;
  #isOpen: (session: Session) => boolean;
  #rounds = new WeakMap<Pending<Owner>, Round>();
  #byCustomer: CustomerRates<Owner>;
  #byOwner: SharedRate<Owner>;

  constructor({ limits, now, randomBytes, isOpen }: PadrGateOptions) {
    this.#now = now;
    this.#isOpen = isOpen;
    this.#byCustomer = new CustomerRates(rateOfCustomer(limits), now, randomBytes);
    this.#byOwner = new SharedRate(sharesOf(limits));
  }

  /** Applies new limits. */
  reconfigure(limits: PadiRates): void {
    this.#byCustomer.reconfigure(rateOfCustomer(limits));
    this.#byOwner.reconfigure(sharesOf(limits));
  }

  /**
   * Records an AC's offer, which is valid for one session. Of the ACs that have answered this round
   * and earlier ones the latest count: a discovery that a customer keeps asking may last for ever.
   */
  offered(pending: Pending<Owner>, concentrator: Mac): void {
    const { offers } = this.#round(pending);
    offers.delete(concentrator); // moves it to the end
    offers.add(concentrator);
    if (offers.size <= MAX_OFFERING) return;
    for (const oldest of offers) return void offers.delete(oldest);
  }

  /** Returns why a PADR with these tags is dropped; undefined if it may be sent to the AC. */
  ask(pending: Pending<Owner>, concentrator: Mac, tags: Uint8Array): DropReason | undefined {
    const round = this.#round(pending);
    const now = this.#now();
    if (!round.offers.has(concentrator)) return "unsolicited";
    const digest = digestOf(tags);
    const same = round.asked.find((it) => it.concentrator === concentrator && it.digest === digest);
    if (same !== undefined && now - same.at < REPETITION) return "padr-repeated";
    if (!this.#byCustomer.take(pending.owner, pending.customer)) return "discovery-rate";
    if (round.session !== undefined) {
      return same !== undefined && this.#isOpen(round.session) ? "padr-repeated" : "offer-used";
    }
    if (same !== undefined && same.times >= MAX_REPEATS) return "padr-repeated";
    const choices = Math.max(MIN_CHOICES, round.offers.size);
    if (same === undefined && round.asked.length >= choices) return "discovery-rate";
    if (!this.#byOwner.take(pending.owner, now)) return "discovery-rate";
    if (same === undefined) round.asked.push({ concentrator, digest, at: now, times: 1 });
    else [same.at, same.times] = [now, same.times + 1];
    return undefined;
  }

  /** Records the session of a round; `pads` is the PADS sent to the customer. */
  answered(pending: Pending<Owner>, session: Session, pads: Uint8Array): void {
    const round = this.#round(pending);
    [round.session, round.pads, round.answered] = [session, pads, this.#now()];
  }

  /** Returns the answer to a PADR for the session that its round led to, at most once a second. */
  repeated(
    pending: Pending<Owner>,
    concentrator: Mac,
  ): { session: Session; pads: Uint8Array } | undefined {
    const { session, pads, answered } = this.#round(pending);
    if (session?.concentrator !== concentrator || !this.#isOpen(session)) return undefined;
    if (this.#now() - answered < REPETITION) return undefined;
    this.#round(pending).answered = this.#now();
    return { session, pads };
  }

  #round(pending: Pending<Owner>): Round {
    const known = this.#rounds.get(pending);
    if (known?.number === pending.passed) return known;
    const round: Round = {
      number: pending.passed,
      offers: known?.offers ?? new Set(),
      asked: [],
      session: undefined,
      pads: new Uint8Array(0),
      answered: -Infinity,
    };
    this.#rounds.set(pending, round);
    return round;
  }
}

function rateOfCustomer({ padiRatePerMac: rate, padiBurstPerMac: burst }: PadiRates): Rate {
  return { rate: 2 * rate, burst: burst + WAITED * rate };
}

function sharesOf({ padiRate: rate, padiBurst: burst }: PadiRates): Shares {
  const most = { rate: 2 * rate, burst: 2 * burst + WAITED * rate };
  return { floor: FLOOR, each: most, all: most };
}

/** A 32-bit hash that distinguishes requests of one customer (FNV-1a). */
function digestOf(bytes: Uint8Array): number {
  let hash = 0x811c_9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return hash;
}
