import { LoopPoll } from "./loop_poll.ts";
import { LoopTurns } from "./loop_turns.ts";
import type { Outcome, Poller } from "./poller.ts";

/** Longest wait on the event loop's thread when others are to be aside, in milliseconds. */
const SHORT = 0.1;
/** Full frames that quinn sends in a turn of the event loop: it stops after 20 packets. */
const FRAMES_A_TURN = 16;
/**
 * Steps of pending promises after which writes that the kernel takes at once are complete: three for
 * each of two portions. If they are not, a turn of the event loop completes them.
 */
const SETTLE_STEPS = 6;

/** Sends what it was given. */
interface FrameSender {
  /** Whether some of the last batch is still being sent. */
  readonly isSending?: boolean;
}

/** A batch of frames; `time` is when its first one was taken, in milliseconds. */
interface Batch {
  readonly frames: number;
  readonly time: number;
  /** Whether a rest of the link follows. */
  readonly rests: boolean;
}

/** The link that busy-polls on the event loop's thread, if any; only one may at a time. */
let holder: BusyPoll | undefined;

/**
 * Short waits of a link while frames keep arriving (busy polling). They run on the event loop's own
 * thread where possible, which saves two thread switches per wakeup, and otherwise on a thread of
 * Deno's pool.
 */
export class BusyPoll {
  #poller: Poller;
  /** Resolves when the event loop's epoll instance has been looked for. */
  readonly opened: Promise<void>;
  /** The event loop's epoll instance; -1 if it was not found (yet). */
  #loop = -1;
  #loopPoll = new LoopPoll();
  #aside: boolean;
  #turns = new LoopTurns();

  /** `aside`: see `LinkOptions.waitAside`. */
  constructor(poller: Poller, aside = false) {
    this.#poller = poller;
    this.#aside = aside;
    this.opened = this.#loopPoll.opened.then(() => {
      this.#loop = this.#loopPoll.findLoop();
      if (this.#loop < 0) this.#loopPoll.release();
    });
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
    if (holder !== this || this.#aside && milliseconds > SHORT) {
      return this.#poller.wait(socket, milliseconds);
    }
    const outcome = this.#poller.watch(socket, this.#loop, left(milliseconds, since));
    return outcome === "loop" ? this.#serveLoop(socket, milliseconds, since) : outcome;
  }

  /**
   * Lets the event loop run what a batch at `time` has left, before the next wait. After a batch
   * that `rests`, and has been sent, only if the last turn is some time ago; then after none at all,
   * because the next wait may be long. Returns undefined if nothing is left.
   */
  afterBatch({ frames, time, rests }: Batch, sink: FrameSender): Promise<void> | undefined {
    if (frames === 0 && !this.#turns.isOwed) return undefined;
    const maySkip = rests && !this.#aside && holder === this && this.#turns.maySkip(time);
    return maySkip ? this.#settle(time, sink) : this.#letRun(frames, time);
  }

  async #settle(time: number, sink: FrameSender): Promise<void> {
    for (let i = 0; i < SETTLE_STEPS && sink.isSending === true; i++) await undefined;
    if (sink.isSending === true) return await this.#letRun(1, time);
    this.#turns.skipped();
  }

  async #letRun(frames: number, time: number): Promise<void> {
    const turns = this.#aside ? Math.max(1, Math.ceil(frames / FRAMES_A_TURN)) : 1;
    for (let i = 0; i < turns; i++) await yieldToEventLoop();
    this.#turns.taken(time);
  }

  async #serveLoop(socket: number, milliseconds: number, since: number): Promise<Outcome> {
    while (true) {
      await this.#loopPoll.poll();
      // What the poll delivered may have left work for the end of the turn (setImmediate), which
      // does not end a wait on this thread.
      await yieldToEventLoop();
      if (left(milliseconds, since) === 0) return "timeout";
      const outcome = this.#poller.watch(socket, this.#loop, left(milliseconds, since));
      if (outcome !== "loop") return outcome;
    }
  }

  release(): void {
    this.#loopPoll.release();
  }

  /** Gives up the event loop's thread, so that another link can claim it. */
  end(): void {
    if (holder === this) holder = undefined;
  }
}

function left(milliseconds: number, since: number): number {
  return Math.max(0, milliseconds - (performance.now() - since));
}

/** One turn of the event loop. */
function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
