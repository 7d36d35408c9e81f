import type { WatchedSessions } from "./watched_sessions.ts";
import { type EchoOptions, EchoQuestions, isReplyTo } from "./echo_questions.ts";
import { GivingWay, type GivingWayOptions } from "./giving_way.ts";
import type { Session } from "./session.ts";
import { NOTIFY_BOTH } from "./session.ts";
import type { SessionVisitor } from "./session_sweep.ts";
import { AC_HEARD, COUNTERS } from "./session_table.ts";

/** Questions to an AC before a session is given up. */
const TRIES = 3;
/** Maximum time between them, in milliseconds. */
const MAX_INTERVAL = 10_000;
/** Questions per round, so that sessions that fell silent together are asked about in turn. */
const A_ROUND = 200;

/** Dependencies of {@linkcode IdleProbes}. */
export type IdleProbesOptions = EchoOptions & GivingWayOptions;

/** An open question. */
interface Probe {
  readonly nonce: Uint8Array;
  tries: number;
  askedAt: number;
}

/**
 * Finds sessions that their AC has lost. Silence alone proves nothing, so the AC is asked first.
 * Replies to us are not forwarded.
 */
export class IdleProbes {
  /** Closes dead sessions that block their customer's next one. */
  readonly givingWay: GivingWay;
  #sessions: WatchedSessions;
  #questions: EchoQuestions;
  #open = new Map<Session, Probe>();

  constructor(sessions: WatchedSessions, options: IdleProbesOptions) {
    this.#sessions = sessions;
    this.#questions = new EchoQuestions(sessions, options);
    this.givingWay = new GivingWay(sessions, this.#questions, options);
  }

  /** Whether any question is open. */
  get isAsking(): boolean {
    return this.#open.size > 0 || this.givingWay.isAsking;
  }

  /** Removes an ended session. */
  remove(session: Session): void {
    this.#open.delete(session);
    this.givingWay.remove(session);
  }

  /**
   * Returns the visitor that asks the ACs that have been silent for nearly `timeout` milliseconds,
   * and ends the sessions whose AC stayed silent for all of it and answered nothing. Its rounds
   * should begin about every second. A timeout of 0 asks nobody.
   */
  visitor(timeout: () => number): SessionVisitor {
    const round = { timeout: 0, left: 0 };
    let hasAsked = false;
    return {
      begin(): void {
        round.timeout = timeout();
        round.left = A_ROUND;
      },
      visit: (session, now) => {
        if (round.timeout <= 0 || !this.#look(session, now, round)) return;
        round.left--;
        hasAsked = true;
      },
      pause: () => {
        if (hasAsked) this.#sessions.writers.flush();
        hasAsked = false;
      },
      end(): void {},
    };
  }

  /** Asks the AC or ends the session, if it is time; returns whether it has asked. */
  #look(session: Session, now: number, round: { timeout: number; left: number }): boolean {
    const { timeout, left } = round;
    const interval = Math.min(MAX_INTERVAL, timeout / (2 * TRIES));
    const idle = now - this.#sessions.table.counters[session.index * COUNTERS + AC_HEARD];
    const probe = this.#open.get(session);
    if (idle < timeout - TRIES * interval) {
      if (probe !== undefined) this.#open.delete(session);
    } else if (probe !== undefined && now - probe.askedAt < interval) {
      return false;
    } else if (probe === undefined || probe.tries < TRIES) {
      return left > 0 && this.#ask(session, probe, now);
    } else if (!this.#questions.hasReached(session, probe.askedAt)) {
      probe.tries = 0; // none of the questions is known to have reached the AC
    } else if (idle >= timeout) {
      this.#sessions.close(session, "idle", NOTIFY_BOTH);
    }
    return false;
  }

  /** Whether this LCP packet of the AC answers us: `length` bytes at `at`, protocol included. */
  takes(session: Session, bytes: Uint8Array, at: number, length: number): boolean {
    const isOurs = isReplyTo(this.#open.get(session)?.nonce, bytes, at, length);
    if (isOurs) this.givingWay.answers(session.concentrator);
    return isOurs || this.givingWay.takes(session, bytes, at, length);
  }

  #ask(session: Session, open: Probe | undefined, now: number): boolean {
    const probe = open ?? { nonce: this.#questions.nonce(), tries: 0, askedAt: 0 };
    if (!this.#questions.ask(session, probe.nonce, probe.tries + 1)) return false;
    probe.tries++;
    probe.askedAt = now;
    this.#open.set(session, probe);
    return true;
  }
}
