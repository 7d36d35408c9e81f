import type { Mac } from "../pppoe/mac.ts";
import { CustomerRates } from "./customer_rates.ts";
import type { DropReason } from "./drops.ts";
import { LONGEST_WAIT, type PadiRates } from "./padi_shaper.ts";
import type { Pending } from "./pending.ts";
import type { Rate } from "./rate.ts";
import type { Session } from "./session.ts";
import { SharedRate, type Shares } from "./shared_rate.ts";

/** A host repeats a PADR after seconds (RFC 2516 section 8); what comes sooner passes only once. Milliseconds. */
const REPETITION = 1_000;
/** How often the same PADR passes until a PADI begins a new round. */
const MAX_REPEATS = 8;
/** PADRs that differ, of one round, where fewer ACs have offered. */
const MIN_CHOICES = 8;
/** PADRs a second that a client may always send, whatever the others do. */
const FLOOR: Rate = { rate: 20, burst: 40 };

/** Seconds for which PADIs may have waited: they may all be answered, and followed by PADRs, at once. */
const WAITED = LONGEST_WAIT / 1_000;

/** What a gate is made of. */
export interface PadrGateOptions {
  limits: PadiRates;
  now: () => number;
  randomBytes: (length: number) => Uint8Array;
  isOpen: (session: Session) => boolean;
}

/** A PADR that went on. */
interface Asked {
  concentrator: Mac;
  digest: number;
  at: number;
  times: number;
}

/** What the last PADI of a discovery has led to. */
interface Round {
  /** `Pending.passed` at its time. */
  number: number;
  offers: Set<Mac>;
  asked: Asked[];
  /** The session that came of it, and the PADS for the customer. */
  session: Session | undefined;
  pads: Uint8Array;
  /** Milliseconds of the clock when that PADS was last sent. */
  answered: number;
}

/**
 * What passes of PADRs:
 *
 *     PADI ──▶ offered ──PADR──▶ asked ──PADS──▶ answered
 *                 ▲                │ ▲ the same PADR after a second or more
 *                 └────────────────┘─┘ an error, or another AC's turn
 *
 * A round, which a PADI begins, gives one session. The same PADR afterwards gets the same PADS.
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

  /** Takes over other limits. */
  reconfigure(limits: PadiRates): void {
    this.#byCustomer.reconfigure(rateOfCustomer(limits));
    this.#byOwner.reconfigure(sharesOf(limits));
  }

  /** An AC has offered; its offer is good for one session. */
  offered(pending: Pending<Owner>, concentrator: Mac): void {
    this.#round(pending).offers.add(concentrator);
  }

  /** Why a PADR with these tags may not go to an AC; undefined where it may. */
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

  /** A session has come of a round; `pads` is what the customer was sent. */
  answered(pending: Pending<Owner>, session: Session, pads: Uint8Array): void {
    const round = this.#round(pending);
    [round.session, round.pads, round.answered] = [session, pads, this.#now()];
  }

  /** What a PADR for the session that its round has led to is answered with, at most once a second. */
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

/** 32 bits that differ between a request and another of the same customer (FNV-1a). */
function digestOf(bytes: Uint8Array): number {
  let hash = 0x811c_9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return hash;
}
