import { libc } from "../libc.ts";
import {
  type FrameSink,
  type Link,
  type LinkOptions,
  newStatistics,
  type RingSize,
} from "./link.ts";
import type { Region } from "../memory.ts";
import { DEFAULT_RING_FRAMES, LinkSockets } from "./link_sockets.ts";
import { pinnedRegion } from "../memory.ts";
import type { OpenReceiver } from "./receiver.ts";
import { PlainTransmitter } from "./plain_transmitter.ts";
import { TransmitBatch } from "./transmit_batch.ts";
import type { Outlet, Transmitter } from "./transmitter.ts";
import {
  type Arrival,
  InterruptModeration,
  MODERATION_INTERVAL,
} from "../poll/interrupt_moderation.ts";
import { NO_SOCKET, type Outcome, Poller } from "../poll/poller.ts";
import { BusyPoll, type Manner } from "../poll/busy_poll.ts";

/** Maximum frames per batch, after which TLS gets its turn. */
const BUDGET = 128;
/** How long frames that cannot be forwarded stay in the ring, in milliseconds. */
const HOLD = 0.1;
/** How long the link busy-polls after the last frame, in milliseconds. */
const LINGER = 10;
/** Interval between checks for a missing interface, in milliseconds. */
const RECHECK = 250;
/**
 * Interval between attempts to open sockets while memory or descriptors are short, in milliseconds.
 */
const SHORTAGE_RETRY = 1_000;
/** Pause after the socket was readable but no frame could be taken, in milliseconds. */
const FRUITLESS = 10;
/** Returned instead of a number of frames if the sink had no room. */
const HELD_BACK = -1;

/**
 * A link on an AF_PACKET socket.
 *
 *     asleep ──frames──▶ draining ──some, no wakeup spare──▶ resting ──0.5 ms──▶ draining
 *       ▲ │                 │ ▲
 *       │ │            none │ │ frames
 *       │ │                 ▼ │
 *       │ │              busy poll ──10 ms──▶ asleep
 *       │ └─ENETDOWN, removed (noticed in any wait)──▶ down ──up again──▶ asleep
 *       └── run                                          close() ends any of them
 *
 * Asleep, it waits on a thread of the pool. For the waits in "resting" and "busy poll" see
 * `BusyPoll`.
 */
export class PacketLink implements Link, Outlet {
  readonly statistics = newStatistics();
  #kind: "ring" | "plain";
  #ringFrames: number;
  #sockets: LinkSockets;
  #poller = new Poller();
  #busyPoll: BusyPoll;
  #transmit: Transmitter;
  #up: boolean;
  #moderation = new InterruptModeration();
  #closed = Promise.withResolvers<void>();
  #isClosed = false;
  #running = false;

  constructor(kind: "ring" | "plain", options: LinkOptions, openReceiver: OpenReceiver) {
    this.#kind = kind;
    this.#ringFrames = options.ringFrames ?? DEFAULT_RING_FRAMES;
    try {
      this.#sockets = new LinkSockets({
        link: options,
        openReceiver,
        statistics: this.statistics,
        recheckLink: () => this.recheckLink(),
      });
    } catch (error) {
      this.#poller.release();
      throw error;
    }
    this.#busyPoll = new BusyPoll(this.#poller, mannerOf(options));
    this.#up = this.#sockets.facts.up;
    this.#transmit = kind === "ring" ? new TransmitBatch(this) : new PlainTransmitter(this);
  }

  /** The socket to send on; -1 if closed. */
  get fd(): number {
    return this.#sockets.sendFd;
  }

  get kind(): "ring" | "plain" {
    return this.#sockets.hasLeftRing ? "plain" : this.#kind;
  }
  get name(): string {
    return this.#sockets.facts.name;
  }
  get index(): number {
    return this.#sockets.facts.index;
  }
  get mac(): Uint8Array {
    return this.#sockets.facts.mac;
  }
  get mtu(): number {
    return this.#sockets.facts.mtu;
  }
  get up(): boolean {
    return this.#up;
  }
  get carrier(): boolean {
    return this.#sockets.facts.running;
  }
  get ring(): RingSize {
    const receiver = this.#sockets.receiver;
    const wanted = receiver?.wantedSlots ?? this.#ringFrames;
    return { wanted, slots: receiver?.slots ?? 0, wasStuck: this.#sockets.hasLeftRing };
  }

  /** Rechecks the interface: the kernel reports ENETDOWN only once, to the first call. */
  recheckLink(): void {
    this.#poller.wake();
  }

  region(size: number): Region {
    return pinnedRegion(size);
  }

  queue(headers: Uint32Array, at: number, body: Region, offset: number, length: number): void {
    this.#transmit.queue(headers, at, body, offset, length);
  }

  flush(): void {
    this.#transmit.flush();
  }

  send(frame: Uint8Array): void {
    this.#transmit.send(frame);
  }

  followInterface(): void {
    if (this.#isClosed) return;
    this.#sockets.takeFacts();
    this.#sockets.readStatistics();
  }

  readStatistics(): void {
    this.#sockets.readStatistics();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closed.resolve();
    this.#poller.wake();
    if (!this.#running) this.#release();
  }

  async run(sink: FrameSink): Promise<void> {
    if (this.#isClosed || this.#running) {
      throw new TypeError(`Cannot run link "${this.name}" again`);
    }
    this.#running = true;
    try {
      while (!this.#isClosed) {
        if (this.#up) await this.#receive(sink);
        if (!this.#isClosed) await this.#recover(sink);
      }
    } finally {
      this.#isClosed = true;
      this.#release();
    }
  }

  /** Delivers frames until the link is closed or the interface is down. */
  async #receive(sink: FrameSink): Promise<void> {
    while (!this.#isClosed) {
      const outcome = await this.#poller.wait(this.#sockets.fd);
      if (this.#isClosed || outcome === "check" && !this.#isStillUp()) return;
      if (!await this.#attend(sink)) return;
    }
  }

  /** Delivers frames while they keep arriving; false when the link is closed or down. */
  async #attend(sink: FrameSink): Promise<boolean> {
    this.#busyPoll.begin();
    let fruitless = 0;
    try {
      while (!this.#isClosed) {
        const begin = performance.now();
        const taken = sink.isFull === true ? HELD_BACK : this.#drain(sink);
        if (taken > 0) sink.batchEnd();
        const arrival = this.#arrival(taken, begin);
        // The process that was just woken may be waiting for this core.
        if (arrival === "alone") libc().sched_yield();
        const batch = { frames: taken, time: begin, rests: arrival === "crowded" };
        const turn = this.#busyPoll.afterBatch(batch, sink);
        if (turn !== undefined) await turn;
        const waiting = this.#rest(taken, begin, arrival);
        const outcome = typeof waiting === "string" ? waiting : await waiting;
        if (outcome === "check" && !this.#isStillUp()) return false;
        if (outcome === "timeout" && taken === 0) return true;
        fruitless = taken === 0 ? fruitless + 1 : 0;
        // A socket that cannot be read because memory is short must not block the event loop.
        if (fruitless > 1) await this.#pause(FRUITLESS);
      }
      return false;
    } finally {
      this.#busyPoll.end();
    }
  }

  /** Whether the interface is still up; also replaces a ring that the kernel no longer fills. */
  #isStillUp(): boolean {
    this.#sockets.leaveStuckRing();
    return this.#sockets.isStillUp();
  }

  #drain(sink: FrameSink): number {
    return this.#sockets.receiver?.drain(sink, BUDGET) ?? 0;
  }

  /** Classifies how a batch of `taken` frames arrived. */
  #arrival(taken: number, begin: number): Arrival {
    if (taken > 0 && taken < BUDGET) return this.#moderation.arrival(begin, taken);
    if (taken === 0) this.#moderation.nothingCame();
    else this.#moderation.manyCame();
    return "close";
  }

  /** Waits as long as a batch of `taken` frames calls for. */
  #rest(taken: number, begin: number, arrival: Arrival): Outcome | Promise<Outcome> {
    if (taken === 0) return this.#busyPoll.wait(this.#sockets.fd, LINGER, begin);
    if (taken === HELD_BACK) return this.#busyPoll.wait(NO_SOCKET, HOLD, begin);
    return this.#busyPoll.wait(NO_SOCKET, arrival === "crowded" ? MODERATION_INTERVAL : 0, begin);
  }

  /** Waits until the interface is up. */
  async #recover(sink: FrameSink): Promise<void> {
    this.#up = false;
    let fault = this.#sockets.fault;
    sink.state(false, fault);
    let isShort = false;
    while (!this.#isClosed) {
      const result = this.#sockets.follow();
      if (result === true) {
        this.#up = true;
        return sink.state(true, "interface up");
      }
      // One that is down may then be renamed or removed.
      const known = fault;
      fault = this.#sockets.fault;
      if (result === false && fault !== known) sink.state(false, fault);
      if (result !== false && !isShort) sink.state(false, result.message);
      isShort ||= result !== false;
      await this.#pause(isShort ? SHORTAGE_RETRY : RECHECK);
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, milliseconds);
    await Promise.race([over.promise, this.#closed.promise]);
    clearTimeout(timer);
  }

  #release(): void {
    this.#sockets.release();
    this.#poller.release();
    this.#busyPoll.release();
  }
}

function mannerOf({ waitAside, sharesThread }: LinkOptions): Manner {
  if (waitAside === true) return "aside";
  return sharesThread === true ? "shared" : "here";
}
