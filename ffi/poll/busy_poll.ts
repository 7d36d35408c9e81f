import { LoopPoll } from "./loop_poll.ts";
import { LoopTurns } from "./loop_turns.ts";
import { NO_SOCKET, type Outcome, type Poller } from "./poller.ts";

/** Longest wait on the event loop's thread when others are to be aside, in milliseconds. */
const SHORT = 0.1;
/**
 * The same for a link's wait for frames, while the next ones probably follow soon: in all, and at a
 * time. QUIC's timers have whole milliseconds.
 */
const LIKELY = 2;
const SLICE = 1;
/**
 * How long acknowledgements of a small batch wait for the event loop during a rest, in milliseconds:
 * they arrive after 0.1 to 0.3 ms, each wakes the thread, and QUIC has sent all without them.
 */
const UNHEARD = 0.4;
/**
 * Turns of the event loop in which what QUIC has received reaches its readers, or what it is given
 * to send reaches the socket: the first one ends before other tasks of the thread run.
 */
const QUIC_TURNS = 2;
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

/**
 * Where a link waits: on the event loop's thread ("here"); on it for as long as others can do
 * without it ("shared"); or nowhere but on a thread of the pool, except for 0.1 ms ("aside").
 */
export type Manner = "here" | "shared" | "aside";

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
  #manner: Manner;
  #turns = new LoopTurns();
  /** Whether QUIC sends the last batch in one turn of the event loop. */
  #isSmall = false;

  constructor(poller: Poller, manner: Manner = "here") {
    this.#poller = poller;
    this.#manner = manner;
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
    if (holder !== this) return this.#poller.wait(socket, milliseconds);
    if (milliseconds > SHORT && this.#manner !== "here") {
      if (this.#manner === "aside") return this.#poller.wait(socket, milliseconds);
      return socket === NO_SOCKET
        ? this.#restShared(milliseconds, since)
        : this.#linger(socket, milliseconds, since);
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
    this.#isSmall = frames <= FRAMES_A_TURN;
    if (frames === 0 && !this.#turns.isOwed) return undefined;
    const maySkip = rests && this.#manner === "here" && holder === this &&
      this.#turns.maySkip(time);
    return maySkip ? this.#settle(time, sink) : this.#letRun(frames, time);
  }

  async #settle(time: number, sink: FrameSender): Promise<void> {
    for (let i = 0; i < SETTLE_STEPS && sink.isSending === true; i++) await undefined;
    if (sink.isSending === true) return await this.#letRun(1, time);
    this.#turns.skipped();
  }

  async #letRun(frames: number, time: number): Promise<void> {
    const more = this.#manner === "here" ? 0 : Math.max(0, Math.ceil(frames / FRAMES_A_TURN) - 1);
    const turns = this.#least + more;
    for (let i = 0; i < turns; i++) await yieldToEventLoop();
    this.#turns.taken(time);
  }

  /** Rests on this thread; QUIC continues with a larger batch when acknowledgements arrive. */
  async #restShared(milliseconds: number, since: number): Promise<Outcome> {
    if (this.#isSmall) {
      const unheard = left(Math.min(milliseconds, UNHEARD), since);
      const outcome = this.#poller.watch(NO_SOCKET, NO_SOCKET, unheard);
      return outcome === "check" ? outcome : await this.#serveLoop(NO_SOCKET, milliseconds, since);
    }
    const outcome = this.#poller.watch(NO_SOCKET, this.#loop, left(milliseconds, since));
    return outcome === "loop" ? await this.#serveLoop(NO_SOCKET, milliseconds, since) : outcome;
  }

  /** Waits on this thread while frames are likely, then on a thread of the pool. */
  async #linger(socket: number, milliseconds: number, since: number): Promise<Outcome> {
    const likely = Math.min(milliseconds, LIKELY);
    while (left(likely, since) > 0) {
      const time = Math.min(SLICE, left(likely, since));
      const outcome = this.#poller.watch(socket, this.#loop, time);
      if (outcome === "readable" || outcome === "check") return outcome;
      await this.#serve(); // also after a time out: timers are due
    }
    const rest = left(milliseconds, since);
    return rest === 0 ? "timeout" : await this.#poller.wait(socket, rest);
  }

  async #serveLoop(socket: number, milliseconds: number, since: number): Promise<Outcome> {
    while (true) {
      await this.#serve();
      if (left(milliseconds, since) === 0) return "timeout";
      const outcome = this.#poller.watch(socket, this.#loop, left(milliseconds, since));
      if (outcome !== "loop") return outcome;
    }
  }

  /** Lets the event loop deliver what has arrived for it. */
  async #serve(): Promise<void> {
    await this.#loopPoll.poll();
    // What the poll delivered may have left work for the end of the turn (setImmediate), which does
    // not end a wait on this thread.
    for (let i = 0; i < this.#least; i++) await yieldToEventLoop();
  }

  /** Turns after which others have had theirs. */
  get #least(): number {
    return this.#manner === "shared" ? QUIC_TURNS : 1;
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
