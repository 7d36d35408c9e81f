import { abandon, type Connection } from "../tunnel/transport/connection.ts";
import type { Transport } from "../tunnel/transport.ts";
import { LoginTurns } from "./login_turns.ts";

/** Maximum time from one attempt to the next while sessions wait, in milliseconds. */
export const URGENT_RETRY = 2_000;
/** Time after which an unanswered attempt is first joined by another one, in milliseconds. */
export const FIRST_OVERLAP = 500;
/** The same for each further one. */
const OVERLAPS = [FIRST_OVERLAP, 1_000, URGENT_RETRY];
/** Maximum number of attempts at the same time. */
const MAX_ATTEMPTS = 6;

/** An authenticated connection, ready for a tunnel. */
export interface Dialled {
  /** Number of the server in the list. */
  server: number;
  transport: Transport;
  connection: Connection;
  /** Why it uses this transport and no preferred one; empty if it uses that. */
  detail: string;
}

/** One attempt to connect and log in. */
export interface Attempt {
  readonly server: number;
  /** Rejects with the error that is to be reported. */
  readonly result: Promise<Dialled>;
  /** Whether the server's machine has answered, so that only time can help. */
  readonly isAnswered: () => boolean;
}

/** Dependencies of a search. */
export interface DialSearchOptions {
  /** Begins an attempt. */
  begin: (turns: LoginTurns, signal: AbortSignal) => Attempt;
  /** Whether sessions wait for a connection. */
  isUrgent: () => boolean;
  /** Returns the next delay of a random, growing series, in milliseconds. */
  backOff: () => number;
  /** An attempt has failed; the next begins in `delay` milliseconds. */
  failed: (server: number, error: unknown, delay: number) => void;
  /** Factor for the first overlaps on a path with long round trips, at least 1. */
  slowness: number;
  /** Delay of the first attempt, in milliseconds. */
  after: number;
  now: () => number;
  /** Calls `run` after a time; returns what prevents that. */
  later: (milliseconds: number, run: () => void) => () => void;
}

/**
 * Looks for a connection until it is found or stopped. While sessions wait, an attempt begins at
 * least every 2 seconds, beside those that nothing has answered yet: the one that finds the server
 * first wins, and the others are aborted.
 *
 *     trying ──failed──▶ waiting ──delay, retry()──▶ trying
 *       │ └─unanswered, urgent: one more─┘
 *       └──logged in──▶ found
 */
export class DialSearch {
  readonly found: Promise<Dialled | undefined>;
  #options: DialSearchOptions;
  #found = Promise.withResolvers<Dialled | undefined>();
  #turns = new LoginTurns();
  #halt = new AbortController();
  #pending = new Set<Attempt>();
  #isOver = false;
  #isUnwanted = false;
  #wake = Promise.withResolvers<void>();

  constructor(options: DialSearchOptions) {
    this.#options = options;
    this.found = this.#found.promise;
    this.#run();
  }

  /** Ends the wait for the next attempt. */
  retry(): void {
    this.#wake.resolve();
  }

  /** Ends the search and all attempts. */
  stop(): void {
    this.#settle(undefined);
  }

  /** Ends the search, or after a login that is under way: the server may have accepted it already. */
  cancel(): void {
    this.#isUnwanted = true;
    if (this.#turns.active === 0) this.stop();
  }

  /** Withdraws a `cancel` that has not taken effect yet. */
  resume(): void {
    this.#isUnwanted = false;
  }

  async #run(): Promise<void> {
    await this.#wait(this.#options.after);
    for (let overlaps = 0; !this.#isOver;) {
      const began = this.#options.now();
      const attempt = this.#options.begin(this.#turns, this.#halt.signal);
      this.#pending.add(attempt);
      const failure = this.#follow(attempt);
      const failed = await this.#failedOrOverdue(attempt, failure, overlaps++);
      if (this.#isOver) return;
      if (failed === undefined) continue;
      const delay = this.#delay(began);
      this.#options.failed(attempt.server, failed.error, delay);
      await this.#wait(delay);
    }
  }

  /** Resolves with the error if an attempt fails; if it succeeds, the search is over. */
  async #follow(attempt: Attempt): Promise<{ error: unknown }> {
    try {
      const dialled = await attempt.result;
      if (this.#isOver) abandon(dialled.connection);
      else this.#settle(dialled);
      return { error: undefined };
    } catch (error) {
      return { error };
    } finally {
      this.#pending.delete(attempt);
      if (this.#isUnwanted) this.cancel();
    }
  }

  /** Resolves with the failure of an attempt, or undefined when it is time for one beside it. */
  async #failedOrOverdue(
    attempt: Attempt,
    failure: Promise<{ error: unknown }>,
    overlaps: number,
  ): Promise<{ error: unknown } | undefined> {
    const { isUrgent, failed, slowness } = this.#options;
    const step = OVERLAPS[Math.min(overlaps, OVERLAPS.length - 1)];
    const wait = Math.min(step * slowness, URGENT_RETRY);
    while (true) {
      const overdue = Promise.withResolvers<void>();
      const cancel = this.#options.later(wait, overdue.resolve);
      const outcome = await Promise.race([failure, overdue.promise]);
      cancel();
      if (outcome || this.#isOver) return outcome || undefined;
      if (attempt.isAnswered() || !isUrgent() || this.#pending.size >= MAX_ATTEMPTS) continue;
      failure.then(({ error }) => this.#isOver || failed(attempt.server, error, 0));
      return undefined;
    }
  }

  #delay(began: number): number {
    const { backOff, isUrgent, now } = this.#options;
    const delay = backOff();
    if (!isUrgent()) return delay;
    return Math.max(0, Math.min(delay, URGENT_RETRY - (now() - began)));
  }

  async #wait(delay: number): Promise<void> {
    if (delay === 0) return;
    const cancel = this.#options.later(delay, this.#wake.resolve);
    await this.#wake.promise;
    cancel();
    this.#wake = Promise.withResolvers();
  }

  #settle(dialled: Dialled | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#found.resolve(dialled);
    this.#halt.abort(new Deno.errors.Interrupted("Stopped"));
    this.#wake.resolve();
  }
}

/** Closes a connection that was found at the same moment as another one. */
export function discard(found: Promise<Dialled | undefined>, used: Dialled | undefined): void {
  found.then((dialled) => dialled && dialled !== used && abandon(dialled.connection));
}
