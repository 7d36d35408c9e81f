import type { WatchedSessions } from "./watched_sessions.ts";
import type { Mac } from "../../pppoe/mac.ts";
import { type EchoQuestions, isReplyTo } from "./echo_questions.ts";
import type { ProxyOptions } from "./proxy_options.ts";
import { TokenBucket } from "../../limits/token_bucket.ts";
import type { Peer, Session } from "./session.ts";
import { NOTIFY_BOTH } from "./session.ts";
import { AC_HEARD, COUNTERS } from "./session_table.ts";

/** An AC heard within this time is not asked. Milliseconds. */
const MIN_SILENCE = 2_000;
/** Questions to an AC before its session is closed. */
const TRIES = 3;
/**
 * Interval between them, in milliseconds: all are asked before the customer dials again, after 5 s
 * (RFC 2516 section 8).
 */
const INTERVAL = 1_300;
/** Required silence of an AC that has never answered an echo, in milliseconds. */
const UNPROVEN_SILENCE = 60_000;
/** Maximum number of sessions of one customer in question at a time. */
const PER_CUSTOMER = 4;
/** Limit of sessions newly put in question, per peer. */
const RATE = { rate: 20, burst: 64 };
/** Maximum number of ACs remembered that have answered an echo; evicts the least recent. */
const MAX_ANSWERING = 256;

/** Dependencies of {@linkcode GivingWay}. */
export type GivingWayOptions = Pick<ProxyOptions, "later" | "link">;

/** A session whose AC is being asked. */
interface Doubt {
  readonly nonce: Uint8Array;
  /** When the AC was last heard before the question, in milliseconds. */
  readonly heard: number;
  tries: number;
  /** When the AC was last asked, in milliseconds. */
  askedAt: number;
  isAnswered: boolean;
}

/**
 * Closes dead sessions at a limit to make room for their own customer's next one: an AC that lost
 * power would otherwise leave the customer's limit used up. Silence proves nothing, so the AC is
 * asked, and the session ends only if it does not answer. The current dial is refused; a later one
 * succeeds.
 */
export class GivingWay {
  #sessions: WatchedSessions;
  #questions: EchoQuestions;
  #options: GivingWayOptions;
  #open = new Map<Session, Doubt>();
  #rates = new WeakMap<Peer, TokenBucket>();
  #answering = new Set<Mac>();

  constructor(sessions: WatchedSessions, questions: EchoQuestions, options: GivingWayOptions) {
    this.#sessions = sessions;
    this.#questions = questions;
    this.#options = options;
  }

  /** Whether any question is open. */
  get isAsking(): boolean {
    return this.#open.size > 0;
  }

  /** Removes an ended session. */
  remove(session: Session): void {
    this.#open.delete(session);
  }

  /** Asks the AC of this customer's longest silent session, if one is silent. */
  ask(peer: Peer, customer: Mac): void {
    const session = this.#mostSilent(peer, customer);
    if (session === undefined || !this.#mayAsk(peer)) return;
    const heard = this.#heard(session);
    const nonce = this.#questions.nonce();
    this.#ask(session, { nonce, heard, tries: 0, askedAt: 0, isAnswered: false });
  }

  /** Whether this LCP packet of the AC answers us: `length` bytes at `at`, protocol included. */
  takes(session: Session, bytes: Uint8Array, at: number, length: number): boolean {
    const recheckLink = this.#open.get(session);
    if (recheckLink === undefined || !isReplyTo(recheckLink.nonce, bytes, at, length)) return false;
    recheckLink.isAnswered = true;
    this.answers(session.concentrator);
    return true;
  }

  /** Records that an AC has answered our echo, so that its silence means something. */
  answers(concentrator: Mac): void {
    this.#answering.delete(concentrator);
    this.#answering.add(concentrator);
    if (this.#answering.size <= MAX_ANSWERING) return;
    for (const oldest of this.#answering) return void this.#answering.delete(oldest);
  }

  #mostSilent(peer: Peer, customer: Mac): Session | undefined {
    const latest = this.#sessions.now() - MIN_SILENCE;
    let found: Session | undefined;
    let since = Infinity;
    let asking = 0;
    for (const session of peer.customers.get(customer) ?? []) {
      const heard = this.#heard(session);
      if (this.#open.has(session)) asking++;
      else if (heard <= latest && heard < since) [found, since] = [session, heard];
    }
    return asking < PER_CUSTOMER ? found : undefined;
  }

  #mayAsk(peer: Peer): boolean {
    let bucket = this.#rates.get(peer);
    if (bucket === undefined) this.#rates.set(peer, bucket = new TokenBucket(RATE));
    return bucket.take(this.#sessions.now());
  }

  /** Whether a question can reach the AC; if not, its silence says nothing. */
  get #hasWay(): boolean {
    return !this.#sessions.acOnWire || this.#options.link.up;
  }

  #ask(session: Session, recheckLink: Doubt): void {
    this.#open.delete(session);
    if (!this.#hasWay || !this.#questions.ask(session, recheckLink.nonce, ++recheckLink.tries)) {
      return;
    }
    recheckLink.askedAt = this.#sessions.now();
    this.#open.set(session, recheckLink);
    this.#options.later(INTERVAL, () => this.#look(session, recheckLink));
  }

  #look(session: Session, recheckLink: Doubt): void {
    if (this.#open.get(session) !== recheckLink) return;
    if (!this.#hasWay || recheckLink.isAnswered || this.#heard(session) !== recheckLink.heard) {
      this.#open.delete(session);
    } else if (recheckLink.tries < TRIES) {
      this.#ask(session, recheckLink);
      this.#sessions.writers.flush();
    } else if (this.#isDead(session, recheckLink)) {
      this.#sessions.close(session, "gave-way", NOTIFY_BOTH);
    } else {
      this.#open.delete(session);
    }
  }

  #isDead(session: Session, { heard, askedAt }: Doubt): boolean {
    const { index, concentrator } = session;
    if (!this.#questions.hasReached(session, askedAt)) return false;
    const { lcp } = this.#sessions;
    const hasAnswered = this.#answering.has(concentrator) || lcp.roundTrip(index) !== undefined;
    return hasAnswered || this.#sessions.now() - heard >= UNPROVEN_SILENCE;
  }

  #heard({ index }: Session): number {
    return this.#sessions.table.counters[index * COUNTERS + AC_HEARD];
  }
}
