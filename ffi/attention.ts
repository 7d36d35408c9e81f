import { findEventLoop } from "./event_loop.ts";
import { libc } from "./libc.ts";
import type { Outcome, Waker } from "./waker.ts";

/** Only one link may hold up the event loop's thread; which one, if any. */
let holder: Attention | undefined;

/**
 * Short waits of a link while frames keep coming. They happen on the event loop's own thread where
 * that is possible, which spares two changes of thread a wake, and else on a thread of the pool.
 */
export class Attention {
  #waker: Waker;
  #loop = -1;

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
      // The loop looks for news when nothing else is left to do, and not at every turn: only a
      // call on another thread makes it wait, and so look.
      await libc().yieldAside();
      if (left === 0) return "timeout";
    }
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
