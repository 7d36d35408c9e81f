import { Bell } from "./bell.ts";
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
  /** The event loop's epoll instance; -1 where there is none to be found, or it is not wanted. */
  #loop: number;
  /** Has the event loop look for news; undefined where it has to be done in another way. */
  #bell: Bell | undefined;

  /** `socket` is any that Deno does not watch. With `aside`, the event loop's thread is left alone. */
  constructor(waker: Waker, socket: number, aside = false) {
    this.#waker = waker;
    this.#loop = aside ? -1 : findEventLoop(socket);
    this.#bell = this.#loop < 0 ? undefined : openBell();
  }

  /** Takes the event loop's thread, unless another link has it. */
  begin(): void {
    if (this.#loop >= 0) holder ??= this;
  }

  /**
   * Waits for the socket, for at most `milliseconds` from `since` on. Deno's event loop runs
   * meanwhile when it has something to do. No promise where the wait took place here: that would
   * be garbage of every frame.
   */
  wait(socket: number, milliseconds: number, since: number): Outcome | Promise<Outcome> {
    if (holder !== this) return this.#waker.wait(socket, milliseconds);
    const outcome = this.#waker.watch(socket, this.#loop, left(milliseconds, since));
    return outcome === "loop" ? this.#serveLoop(socket, milliseconds, since) : outcome;
  }

  async #serveLoop(socket: number, milliseconds: number, since: number): Promise<Outcome> {
    while (true) {
      await this.#lookForNews();
      if (left(milliseconds, since) === 0) return "timeout";
      const outcome = this.#waker.watch(socket, this.#loop, left(milliseconds, since));
      if (outcome !== "loop") return outcome;
    }
  }

  /** The event loop looks for news when nothing else is left to do, and not at every turn. */
  async #lookForNews(): Promise<void> {
    if (await this.#bell?.ring()) return;
    this.#bell?.release();
    this.#bell = undefined;
    await libc().yieldAside(); // a call on another thread makes it wait, and so look
  }

  release(): void {
    this.#bell?.release();
    this.#bell = undefined;
  }

  /** Lets another link have the thread. */
  end(): void {
    if (holder === this) holder = undefined;
  }
}

/** A bell, or undefined where Deno may not have one: --unstable-net and its permissions. */
function openBell(): Bell | undefined {
  try {
    return new Bell();
  } catch {
    return undefined;
  }
}

function left(milliseconds: number, since: number): number {
  return Math.max(0, milliseconds - (performance.now() - since));
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
