import { libc } from "../libc.ts";
import { LoopNudge } from "./loop_nudge.ts";

/**
 * Makes Deno's event loop poll its sockets, which by itself it does only when it has nothing else
 * to do: with a nudge where Deno permits its sockets, otherwise by a call on another thread.
 */
export class LoopPoll {
  /** Resolves when polls are as fast as they can be here. */
  readonly opened: Promise<void>;
  #nudge: LoopNudge | undefined;
  #isReleased = false;
  /** The poll that has been asked for and is not complete. */
  #pending: Promise<void> | undefined;

  /** `open`: for tests. */
  constructor(open = () => LoopNudge.open()) {
    this.opened = this.#open(open);
  }

  async #open(open: () => Promise<LoopNudge>): Promise<void> {
    const nudge = await open().catch(() => undefined);
    if (this.#isReleased) nudge?.release();
    else this.#nudge = nudge;
  }

  /** The epoll instance of this thread's event loop; -1 if not found, or before `opened`. */
  findLoop(): number {
    try {
      return this.#nudge?.findLoop() ?? -1;
    } catch { // descriptors are short, or another thread has just ended
      return -1;
    }
  }

  /** Resolves after the event loop has polled its sockets. Waiting callers share a poll. */
  poll(): Promise<void> {
    return this.#pending ??= this.#run().finally(() => this.#pending = undefined);
  }

  async #run(): Promise<void> {
    const nudge = this.#nudge;
    if (await nudge?.nudge()) return;
    if (nudge !== undefined) this.release();
    await libc().yieldAside(); // a call on another thread makes the loop wait, and so poll
  }

  /** Closes the sockets; later polls take the slower way. */
  release(): void {
    this.#isReleased = true;
    this.#nudge?.release();
    this.#nudge = undefined;
  }
}
