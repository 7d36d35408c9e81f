import type { Mac } from "../pppoe/mac.ts";
import { type EchoQuestions, isReplyTo } from "./echo_questions.ts";
import type { ProxyOptions } from "./proxy_options.ts";
import { Bucket } from "./rate.ts";
import type { Member, Session } from "./session.ts";
import { type SessionSwitch, TELL_BOTH } from "./session_switch.ts";
import { AC_HEARD, COUNTERS } from "./session_table.ts";

/** An AC that was heard within this time is not asked. Milliseconds. */
const MIN_SILENCE = 2_000;
/** Questions to an AC before a session gives way. */
const TRIES = 3;
/** After each of them. All pass before a customer dials again, after 5 s (RFC 2516 section 8). Milliseconds. */
const INTERVAL = 1_300;
/** How long an AC must have been silent that has never answered an echo. Milliseconds. */
const UNPROVEN_SILENCE = 60_000;
/** Sessions of one customer that are asked about at once. */
const PER_CUSTOMER = 4;
/** Sessions that are begun to be asked about, of one member. */
const RATE = { rate: 20, burst: 64 };
/** ACs remembered that have answered an echo; the one that did so longest ago goes first. */
const MAX_ANSWERING = 256;

/** What giving way needs. */
export type GivingWayOptions = Pick<ProxyOptions, "later" | "link">;

/** A session whose AC is being asked. */
interface Doubt {
  readonly nonce: Uint8Array;
  /** When the AC was last heard before. Milliseconds of the clock. */
  readonly heard: number;
  tries: number;
  /** When the AC was asked last. */
  askedAt: number;
  isAnswered: boolean;
}

/**
 * Lets dead sessions make room for the next one of their own customer at a limit: an AC that lost
 * its power would otherwise fill the customer's limit. Silence proves nothing, so the AC is asked, and
 * the session ends only where it does not answer. The dial is refused meanwhile; the next one gets in.
 */
export class GivingWay {
  #switch: SessionSwitch;
  #questions: EchoQuestions;
  #options: GivingWayOptions;
  #open = new Map<Session, Doubt>();
  #rates = new WeakMap<Member, Bucket>();
  #answering = new Set<Mac>();

  constructor(sessions: SessionSwitch, questions: EchoQuestions, options: GivingWayOptions) {
    this.#switch = sessions;
    this.#questions = questions;
    this.#options = options;
  }

  /** Whether questions are open. */
  get isAsking(): boolean {
    return this.#open.size > 0;
  }

  /** A session has ended. */
  remove(session: Session): void {
    this.#open.delete(session);
  }

  /** Asks the AC of the session of this customer that has been silent longest, if any is silent. */
  ask(member: Member, customer: Mac): void {
    const session = this.#mostSilent(member, customer);
    if (session === undefined || !this.#mayAsk(member)) return;
    const heard = this.#heard(session);
    const nonce = this.#questions.nonce();
    this.#ask(session, { nonce, heard, tries: 0, askedAt: 0, isAnswered: false });
  }

  /** Whether this LCP packet of the AC answers us: `length` bytes at `at`, protocol included. */
  takes(session: Session, bytes: Uint8Array, at: number, length: number): boolean {
    const doubt = this.#open.get(session);
    if (doubt === undefined || !isReplyTo(doubt.nonce, bytes, at, length)) return false;
    doubt.isAnswered = true;
    this.answers(session.concentrator);
    return true;
  }

  /** An AC has answered an echo of ours, so its silence means something. */
  answers(concentrator: Mac): void {
    this.#answering.delete(concentrator);
    this.#answering.add(concentrator);
    if (this.#answering.size <= MAX_ANSWERING) return;
    for (const oldest of this.#answering) return void this.#answering.delete(oldest);
  }

  #mostSilent(member: Member, customer: Mac): Session | undefined {
    const latest = this.#switch.now() - MIN_SILENCE;
    let found: Session | undefined;
    let since = Infinity;
    let asking = 0;
    for (const session of member.customers.get(customer) ?? []) {
      const heard = this.#heard(session);
      if (this.#open.has(session)) asking++;
      else if (heard <= latest && heard < since) [found, since] = [session, heard];
    }
    return asking < PER_CUSTOMER ? found : undefined;
  }

  #mayAsk(member: Member): boolean {
    let bucket = this.#rates.get(member);
    if (bucket === undefined) this.#rates.set(member, bucket = new Bucket());
    return bucket.take(RATE, this.#switch.now());
  }

  /** Whether a question can reach the AC: where there is no way to it, its silence says nothing. */
  get #hasWay(): boolean {
    return !this.#switch.acOnWire || this.#options.link.up;
  }

  #ask(session: Session, doubt: Doubt): void {
    this.#open.delete(session);
    if (!this.#hasWay || !this.#questions.ask(session, doubt.nonce, ++doubt.tries)) return;
    doubt.askedAt = this.#switch.now();
    this.#open.set(session, doubt);
    this.#options.later(INTERVAL, () => this.#look(session, doubt));
  }

  #look(session: Session, doubt: Doubt): void {
    if (this.#open.get(session) !== doubt) return;
    if (!this.#hasWay || doubt.isAnswered || this.#heard(session) !== doubt.heard) {
      this.#open.delete(session);
    } else if (doubt.tries < TRIES) {
      this.#ask(session, doubt);
      this.#switch.wireBatchEnd();
    } else if (this.#isDead(session, doubt)) {
      this.#switch.close(session, "gave-way", TELL_BOTH);
    } else {
      this.#open.delete(session);
    }
  }

  #isDead(session: Session, { heard, askedAt }: Doubt): boolean {
    const { index, concentrator } = session;
    if (!this.#questions.hasReached(session, askedAt)) return false;
    const { lcp } = this.#switch;
    const hasAnswered = this.#answering.has(concentrator) || lcp.roundTrip(index) !== undefined;
    return hasAnswered || this.#switch.now() - heard >= UNPROVEN_SILENCE;
  }

  #heard({ index }: Session): number {
    return this.#switch.table.counters[index * COUNTERS + AC_HEARD];
  }
}
