import { LoopNudge } from "./loop_nudge.ts";
import { findEventLoop } from "./event_loop.ts";
import { libc } from "../libc.ts";
import type { Outcome, Poller } from "./poller.ts";

/** The link that busy-polls on the event loop's thread, if any; only one may at a time. */
let holder: BusyPoll | undefined;

/**
 * Short waits of a link while frames keep arriving (busy polling). They run on the event loop's own
 * thread where possible, which saves two thread switches per wakeup, and otherwise on a thread of
 * Deno's pool.
 */
export class BusyPoll {
  #poller: Poller;
  /** The event loop's epoll instance; -1 if it was not found or must not be used. */
  #loop: number;
  /** Makes the event loop poll its sockets; undefined if this has to be done in another way. */
  #nudge: LoopNudge | undefined;

  /** `socket` is any socket that Deno does not watch. `aside` keeps waits off the loop's thread. */
  constructor(poller: Poller, socket: number, aside = false) {
    this.#poller = poller;
    this.#nudge = aside ? undefined : openNudge();
    this.#loop = aside ? -1 : findEventLoop(socket, this.#nudge?.watched ?? -1);
    if (this.#loop < 0) this.#dropNudge();
  }

  /** Claims the event loop's thread, unless another link has it. */
  begin(): void {
    if (this.#loop >= 0) holder ??= this;
  }

  /**
   * Waits for the socket for at most `milliseconds` after `since`. Deno's event loop runs during
   * the wait when it has work. Returns the outcome without a promise if the wait took place on this
   * thread: a promise per frame would be garbage.
   */
  wait(socket: number, milliseconds: number, since: number): Outcome | Promise<Outcome> {
    if (holder !== this) return this.#poller.wait(socket, milliseconds);
    const outcome = this.#poller.watch(socket, this.#loop, left(milliseconds, since));
    return outcome === "loop" ? this.#serveLoop(socket, milliseconds, since) : outcome;
  }

  async #serveLoop(socket: number, milliseconds: number, since: number): Promise<Outcome> {
    while (true) {
      await this.#runEventLoop();
      if (left(milliseconds, since) === 0) return "timeout";
      const outcome = this.#poller.watch(socket, this.#loop, left(milliseconds, since));
      if (outcome !== "loop") return outcome;
    }
  }

  /** Makes the event loop poll its sockets: it polls only when it has nothing else to do. */
  async #runEventLoop(): Promise<void> {
    if (await this.#nudge?.nudge()) return;
    this.#dropNudge();
    await libc().yieldAside(); // a call on another thread makes the loop wait, and so poll
  }

  release(): void {
    this.#dropNudge();
  }

  #dropNudge(): void {
    this.#nudge?.release();
    this.#nudge = undefined;
  }

  /** Gives up the event loop's thread, so that another link can claim it. */
  end(): void {
    if (holder === this) holder = undefined;
  }
}

/** Opens a nudge; undefined if Deno does not permit it (--unstable-net and its permissions). */
function openNudge(): LoopNudge | undefined {
  try {
    return new LoopNudge();
  } catch {
    return undefined;
  }
}

function left(milliseconds: number, since: number): number {
  return Math.max(0, milliseconds - (performance.now() - since));
}

/** One turn of the event loop. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
