import type { Mac } from "../../pppoe/mac.ts";

/** Echoes unanswered for this long, and an AC unheard in all sessions for this long, in ms. */
const ECHO_AGE = 2_000;
const UNHEARD = 3_000;

/** An open session. */
export interface WatchedSession {
  readonly ac: Mac;
  readonly name: string;
  /** Time since the last frame from the AC, in milliseconds. */
  readonly idle: number;
  /** How long the AC has answered none of the customer's LCP Echo-Requests, in milliseconds. */
  readonly echo: number | undefined;
}

/** An AC from which nothing comes in any session. */
export interface Quiet {
  readonly ac: Mac;
  readonly name: string;
  readonly sessions: number;
  /** Number of customers that wait for the answer to an echo. */
  waiting: number;
  /** Time since its last frame, in milliseconds. */
  idle: number;
}

/**
 * Notices an AC that has gone quiet in all of its sessions and answers no LCP echo. Pure; call it
 * about once a second.
 *
 *     heard ──3 s without a frame, an echo unanswered for 2 s──▶ quiet ──any frame──▶ heard
 */
export class AcQuiet {
  #quiet = new Map<Mac, Quiet>();

  /** Looks at all open sessions. */
  look(sessions: Iterable<WatchedSession>): void {
    const byAc = new Map<Mac, Quiet & { sessions: number }>();
    for (const { ac, name, idle, echo } of sessions) {
      let all = byAc.get(ac);
      if (all === undefined) byAc.set(ac, all = { ac, name, sessions: 0, waiting: 0, idle });
      all.sessions++;
      all.idle = Math.min(all.idle, idle);
      if (echo !== undefined && echo >= ECHO_AGE) all.waiting++;
    }
    const before = this.#quiet;
    this.#quiet = new Map();
    for (const [ac, all] of byAc) {
      if (all.idle < UNHEARD) continue;
      // The next echo does not make an AC heard.
      const waiting = Math.max(all.waiting, Math.min(before.get(ac)?.waiting ?? 0, all.sessions));
      if (waiting > 0) this.#quiet.set(ac, { ...all, waiting });
    }
  }

  /** The ACs that are quiet now. */
  current(): Quiet[] {
    return [...this.#quiet.values()];
  }
}
