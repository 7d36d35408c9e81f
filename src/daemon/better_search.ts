import { abandon } from "../tunnel/transport/connection.ts";
import type { Dialled } from "./dial_search.ts";

/** Time for attempts under way after `finish`, in milliseconds: the sessions wait meanwhile. */
const FINISH_TIME = 1_000;

/** A connection that would be better than the one in use. */
export interface Candidate {
  /** Milliseconds to wait before the next attempt; undefined for no further one. */
  after: () => number | undefined;
  dial: (stop: AbortSignal) => Promise<Dialled>;
}

/** Tries better connections periodically while a tunnel is up, until one is found. */
export class BetterSearch {
  /** Resolves with the first connection, or with undefined after `stop`. */
  readonly found: Promise<Dialled | undefined>;
  #found = Promise.withResolvers<Dialled | undefined>();
  #halt = new AbortController();
  #timers = new Set<ReturnType<typeof setTimeout>>();
  /** Number of attempts under way. */
  #trying = 0;
  #isFinishing = false;

  constructor(candidates: readonly Candidate[]) {
    this.found = this.#found.promise;
    for (const candidate of candidates) this.#wait(candidate);
  }

  stop(): void {
    this.#settle(undefined);
  }

  /** Begins no further attempt; resolves with what those under way find within a second. */
  finish(): Promise<Dialled | undefined> {
    this.#isFinishing = true;
    this.#clearTimers();
    if (this.#trying === 0) this.stop();
    else this.#timers.add(setTimeout(() => this.stop(), FINISH_TIME));
    return this.found;
  }

  #wait(candidate: Candidate): void {
    const after = candidate.after();
    if (after === undefined || this.#halt.signal.aborted) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#try(candidate);
    }, after);
    this.#timers.add(timer);
  }

  async #try(candidate: Candidate): Promise<void> {
    this.#trying++;
    const dialled = await candidate.dial(this.#halt.signal).catch(() => undefined);
    this.#trying--;
    if (dialled !== undefined) {
      if (this.#halt.signal.aborted) abandon(dialled.connection);
      else this.#settle(dialled);
    } else if (!this.#isFinishing) this.#wait(candidate);
    else if (this.#trying === 0) this.stop();
  }

  #settle(dialled: Dialled | undefined): void {
    this.#found.resolve(dialled);
    this.#halt.abort(new Deno.errors.Interrupted("Stopped"));
    this.#clearTimers();
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
