import { libc } from "../libc.ts";
import { LoopNudge } from "./loop_nudge.ts";

/**
 * Makes Deno's event loop poll its sockets, which by itself it does only when it has nothing else
 * to do: with a nudge where Deno permits its sockets (--unstable-net), otherwise by a call on
 * another thread.
 */
export class LoopPoll {
  #nudge: LoopNudge | undefined;
  /** The poll that has been asked for and is not complete. */
  #pending: Promise<void> | undefined;

  constructor() {
    try {
      this.#nudge = new LoopNudge();
    } catch {
      this.#nudge = undefined;
    }
  }

  /** A socket that this thread's event loop watches; -1 if there is none. */
  get watched(): number {
    return this.#nudge?.watched ?? -1;
  }

  /** Resolves after the event loop has polled its sockets. Waiting callers share a poll. */
  poll(): Promise<void> {
    return this.#pending ??= this.#run().finally(() => this.#pending = undefined);
  }

  async #run(): Promise<void> {
    if (await this.#nudge?.nudge()) return;
    this.release();
    await libc().yieldAside(); // a call on another thread makes the loop wait, and so poll
  }

  /** Closes the sockets; later polls take the slower way. */
  release(): void {
    this.#nudge?.release();
    this.#nudge = undefined;
  }
}
