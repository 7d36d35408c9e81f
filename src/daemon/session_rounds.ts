import { SessionSweep, type SessionVisitor, TURN_PAUSE } from "../proxy/session/session_sweep.ts";
import type { SessionTable } from "../proxy/session/session_table.ts";

/** Dependencies of the rounds. */
export interface RoundsOptions {
  readonly table: Pick<SessionTable, "sessions">;
  readonly visitors: readonly SessionVisitor[];
  /** Called after each round. */
  readonly over: (now: number) => void;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
  /** Calls back later, and returns a function that prevents it. */
  readonly later: (milliseconds: number, run: () => void) => () => void;
}

/** Makes rounds over all sessions, each in turns that frames need not wait for. */
export class SessionRounds {
  #options: RoundsOptions;
  #sweep: SessionSweep;
  #cancel: () => void = () => {};

  constructor(options: RoundsOptions) {
    this.#options = options;
    this.#sweep = new SessionSweep(options.table, options.visitors);
  }

  /** Begins a round, unless one is under way on a machine that is too busy. */
  start(): void {
    if (!this.#sweep.isUnderWay) this.#turn();
  }

  /** Prevents further turns. */
  stop(): void {
    this.#cancel();
  }

  #turn(): void {
    const now = this.#options.now();
    if (this.#sweep.turn(now)) this.#options.over(now);
    else this.#cancel = this.#options.later(TURN_PAUSE, () => this.#turn());
  }
}
