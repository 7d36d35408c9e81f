import type { Mac } from "../../pppoe/mac.ts";

/** Echoes unanswered for this long, and an AC unheard in all sessions for this long, in ms. */
const ECHO_AGE = 2_000;
const UNHEARD = 3_000;

/** An AC from which nothing comes in any session. */
export interface Quiet {
  readonly ac: Mac;
  readonly name: string;
  readonly sessions: number;
  /** Number of customers that wait for the answer to an echo. */
  readonly waiting: number;
  /** Time since its last frame, in milliseconds. */
  readonly idle: number;
}

/** What has been seen of an AC in a round. */
type Seen = { -readonly [Key in keyof Quiet]: Quiet[Key] };

/**
 * Notices an AC that has gone quiet in all of its sessions and answers no LCP echo. Pure; make a
 * round over all open sessions about once a second.
 *
 *     heard ──3 s without a frame, an echo unanswered for 2 s──▶ quiet ──any frame──▶ heard
 */
export class AcQuiet {
  #quiet = new Map<Mac, Quiet>();
  #seen = new Map<Mac, Seen>();
  /** The AC of the session that was added last. */
  #latest: Seen | undefined;

  /** Begins a round. */
  begin(): void {
    this.#seen = new Map();
    this.#latest = undefined;
  }

  /**
   * Adds a session: the milliseconds from its AC's last frame to the begin of the round, and how
   * long the AC has answered none of the customer's LCP Echo-Requests.
   */
  add(ac: Mac, name: string, idle: number, echo: number | undefined): void {
    const seen = this.#latest?.ac === ac ? this.#latest : this.#of(ac, name);
    seen.sessions++;
    seen.idle = Math.min(seen.idle, idle);
    if (echo !== undefined && echo >= ECHO_AGE) seen.waiting++;
    this.#latest = seen;
  }

  /** Ends a round; without `canHear`, no AC can be heard, and none is quiet. */
  end(canHear = true): void {
    const before = this.#quiet;
    this.#quiet = new Map();
    if (!canHear) return;
    for (const [ac, seen] of this.#seen) {
      if (seen.idle < UNHEARD) continue;
      // The next echo does not make an AC heard.
      const waiting = Math.max(seen.waiting, Math.min(before.get(ac)?.waiting ?? 0, seen.sessions));
      if (waiting > 0) this.#quiet.set(ac, { ...seen, waiting });
    }
  }

  #of(ac: Mac, name: string): Seen {
    let seen = this.#seen.get(ac);
    if (seen === undefined) {
      this.#seen.set(ac, seen = { ac, name, sessions: 0, waiting: 0, idle: Infinity });
    }
    return seen;
  }

  /** The ACs that are quiet now. */
  current(): Quiet[] {
    return [...this.#quiet.values()];
  }
}
