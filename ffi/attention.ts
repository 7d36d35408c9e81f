import { findEventLoop } from "./event_loop.ts";
import type { Outcome, Waker } from "./waker.ts";

/** Longest time for the event loop when what it delivers is not ours. Milliseconds. */
const LOOP_TIME = 1;

/** Only one link may hold up the event loop's thread; which one, if any. */
let holder: Attention | undefined;

/**
 * Short waits of a link while frames keep coming. They happen on the event loop's own thread where
 * that is possible, which spares two changes of thread a wake, and else on a thread of the pool.
 */
export class Attention {
  #waker: Waker;
  #loop = -1;
  #ran: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** With `aside`, the event loop's thread is left alone. */
  constructor(waker: Waker, socket: number, aside = false) {
    this.#waker = waker;
    if (aside || holder !== undefined) return;
    this.#loop = findEventLoop(socket);
    if (this.#loop >= 0) holder = this;
  }

  /**
   * Waits for the socket, for at most `milliseconds` from `since` on (by default now). Deno's event
   * loop runs meanwhile when it has something to do.
   */
  async wait(socket: number, milliseconds: number, since = performance.now()): Promise<Outcome> {
    if (this.#loop < 0) return await this.#waker.wait(socket, milliseconds);
    while (true) {
      const left = Math.max(0, milliseconds - (performance.now() - since));
      const outcome = this.#waker.watch(socket, this.#loop, left);
      if (outcome !== "loop") return outcome;
      await this.#letLoopRun();
      if (left === 0) return "timeout";
    }
  }

  /** To be called when the event loop has delivered something. */
  loopHasRun(): void {
    this.#ran?.();
  }

  /**
   * Gives the event loop time until it has delivered what it has. It looks for news only when
   * nothing is left to do, or after dozens of turns: a turn alone would not do.
   */
  async #letLoopRun(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#ran = resolve;
      this.#timer = setTimeout(resolve, LOOP_TIME);
    });
    clearTimeout(this.#timer);
    this.#ran = undefined;
    await turn();
  }

  /** Lets another link have the thread. */
  release(): void {
    if (holder === this) holder = undefined;
  }
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
