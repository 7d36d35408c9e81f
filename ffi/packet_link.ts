import { ENETDOWN, SystemError } from "./errno.ts";
import { type InterfaceFacts, readInterface } from "./interface.ts";
import { libc } from "./libc.ts";
import { type FrameSink, type Link, type LinkOptions, newStatistics, type Region } from "./link.ts";
import { pinnedRegion } from "./memory.ts";
import {
  bindSocket,
  boundIndex,
  closeSocket,
  isLinkGone,
  openSocket,
  type PacketSocket,
  readKernelDrops,
  takeError,
} from "./packet_socket.ts";
import type { OpenReceiver, Receiver } from "./receiver.ts";
import { PlainTransmitter } from "./plain_transmitter.ts";
import { TransmitBatch } from "./transmit_batch.ts";
import type { Outlet, Transmitter } from "./transmitter.ts";
import { type Arrival, MODERATION, Pace } from "./pace.ts";
import { NO_SOCKET, type Outcome, Waker } from "./waker.ts";
import { Attention, turn } from "./attention.ts";

/** Frames taken before TLS gets its turn. */
const BUDGET = 128;
/** How long frames stay in the ring when they could not be passed on. Milliseconds. */
const HOLD = 0.1;
/** How long after the last frame the link stays attentive. Milliseconds. */
const LINGER = 10;
/** How often an interface that has gone is looked for. Milliseconds. */
const RECHECK = 250;
const DEFAULT_RING_FRAMES = 4096;
/** Stands for the number of frames taken where the sink had no room. */
const HELD_BACK = -1;

/**
 * A link on an AF_PACKET socket.
 *
 *     asleep ──frames──▶ draining ──some, no wake-up spare──▶ resting ──0.5 ms──▶ draining
 *       ▲ │                 │ ▲
 *       │ │            none │ │ frames
 *       │ │                 ▼ │
 *       │ │               attentive ──10 ms──▶ asleep
 *       │ └─ENETDOWN, gone (noticed in any wait)──▶ down ──there again──▶ asleep
 *       └── run                                          close() ends any of them
 *
 * Asleep it waits on a thread of the pool; resting and attentive, see `Attention`.
 */
export class PacketLink implements Link, Outlet {
  readonly kind: "ring" | "plain";
  readonly statistics = newStatistics();
  #options: LinkOptions;
  #openReceiver: OpenReceiver;
  #socket: PacketSocket;
  #receiver: Receiver;
  #waker = new Waker();
  #attention: Attention;
  #transmit: Transmitter;
  #up: boolean;
  #pace = new Pace();
  #closed = Promise.withResolvers<void>();
  #isClosed = false;
  #running = false;

  constructor(kind: "ring" | "plain", options: LinkOptions, openReceiver: OpenReceiver) {
    this.kind = kind;
    this.#options = options;
    this.#openReceiver = openReceiver;
    try {
      [this.#socket, this.#receiver] = this.#open();
    } catch (error) {
      this.#waker.release();
      throw error;
    }
    this.#attention = new Attention(this.#waker, this.#socket.fd, options.waitAside);
    this.#up = this.#socket.facts.up;
    this.#transmit = kind === "ring" ? new TransmitBatch(this) : new PlainTransmitter(this);
  }

  /** The socket to send on; -1 once it is closed. */
  get fd(): number {
    return this.#socket.sendFd;
  }

  get name(): string {
    return this.#socket.facts.name;
  }
  get index(): number {
    return this.#socket.facts.index;
  }
  get mac(): Uint8Array {
    return this.#socket.facts.mac;
  }
  get mtu(): number {
    return this.#socket.facts.mtu;
  }
  get up(): boolean {
    return this.#up;
  }

  /** Has the interface looked at: who meets the error ENETDOWN first takes it from the others. */
  doubt(): void {
    this.#waker.wake();
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
    const facts = this.#isClosed ? undefined : this.#facts();
    if (facts === undefined) return;
    this.#socket.facts.mac.set(facts.mac);
    this.#socket.facts.mtu = facts.mtu; // what no slot holds is read from the socket
  }

  readStatistics(): void {
    if (!this.#isClosed) readKernelDrops(this.#socket.fd, this.statistics);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closed.resolve();
    this.#waker.wake();
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
      const outcome = await this.#waker.wait(this.#socket.fd);
      if (this.#isClosed || outcome === "check" && !this.#stillUp()) return;
      if (!await this.#attend(sink)) return;
    }
  }

  /** Delivers frames while they keep coming; false when the link is closed or down. */
  async #attend(sink: FrameSink): Promise<boolean> {
    this.#attention.begin();
    try {
      while (!this.#isClosed) {
        const begin = performance.now();
        const taken = sink.isFull === true ? HELD_BACK : this.#receiver.drain(sink, BUDGET);
        if (taken > 0) sink.batchEnd();
        const arrival = this.#arrival(taken, begin);
        // Who has just been woken may be waiting for this very core.
        if (arrival === "alone") libc().sched_yield();
        if (taken !== 0) await turn();
        const waiting = this.#rest(taken, begin, arrival);
        const outcome = typeof waiting === "string" ? waiting : await waiting;
        if (outcome === "check" && !this.#stillUp()) return false;
        if (outcome === "timeout" && taken === 0) return true;
      }
      return false;
    } finally {
      this.#attention.end();
    }
  }

  /** How so many frames came. */
  #arrival(taken: number, begin: number): Arrival {
    if (taken > 0 && taken < BUDGET) return this.#pace.arrival(begin, taken);
    if (taken === 0) this.#pace.nothingCame();
    else this.#pace.manyCame();
    return "close";
  }

  /** The wait after so many frames. */
  #rest(taken: number, begin: number, arrival: Arrival): Outcome | Promise<Outcome> {
    if (taken === 0) return this.#attention.wait(this.#socket.fd, LINGER, begin);
    if (taken === HELD_BACK) return this.#attention.wait(NO_SOCKET, HOLD, begin);
    return this.#attention.wait(NO_SOCKET, arrival === "crowded" ? MODERATION : 0, begin);
  }

  /** Whether the socket is that of an interface which is up and has not been down. */
  #stillUp(): boolean {
    const error = takeError(this.#socket.fd);
    if (error === ENETDOWN) return false;
    if (error !== 0) throw new SystemError("poll", `receive on "${this.name}"`, error);
    const facts = this.#facts();
    return facts?.up === true && facts.index === boundIndex(this.#socket.fd);
  }

  /** Waits until the interface is up. */
  async #recover(sink: FrameSink): Promise<void> {
    this.#up = false;
    sink.state(false, this.#facts() === undefined ? "interface gone" : "interface down");
    while (!this.#isClosed) {
      if (this.#follow()) {
        this.#up = true;
        return sink.state(true, "interface up");
      }
      await this.#pause(RECHECK);
    }
  }

  /** Whether the interface is up; opens a new socket if it is not the one it was. */
  #follow(): boolean {
    takeError(this.#socket.fd); // tells of the past
    const facts = this.#facts();
    if (facts?.up !== true) return false;
    const { fd, facts: old } = this.#socket;
    const same = facts.index === boundIndex(fd) && facts.mtu === old.mtu &&
      facts.mac.every((byte, i) => byte === old.mac[i]);
    if (same) return true;
    try {
      const [socket, receiver] = this.#open();
      this.#releaseSocket();
      this.#socket = socket;
      this.#receiver = receiver;
      return true;
    } catch (error) {
      if (isLinkGone(error)) return false;
      throw error;
    }
  }

  #facts(): InterfaceFacts | undefined {
    try {
      return readInterface(this.#options.interface);
    } catch (error) {
      if (isLinkGone(error)) return undefined;
      throw error;
    }
  }

  #open(): [PacketSocket, Receiver] {
    const socket = openSocket(this.#options);
    try {
      const receiver = this.#openReceiver({
        fd: socket.fd,
        mtu: socket.facts.mtu,
        frames: this.#options.ringFrames ?? DEFAULT_RING_FRAMES,
        statistics: this.statistics,
        doubt: () => this.doubt(),
      });
      try {
        bindSocket(socket);
        return [socket, receiver];
      } catch (error) {
        receiver.release();
        throw error;
      }
    } catch (error) {
      closeSocket(socket);
      throw error;
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, milliseconds);
    await Promise.race([over.promise, this.#closed.promise]);
    clearTimeout(timer);
  }

  #releaseSocket(): void {
    readKernelDrops(this.#socket.fd, this.statistics);
    this.#receiver.release();
    closeSocket(this.#socket);
  }

  #release(): void {
    this.#releaseSocket();
    this.#waker.release();
    this.#attention.release();
    // The number may soon be another file's: who sends now must not reach that one.
    this.#socket = { fd: -1, sendFd: -1, facts: this.#socket.facts };
  }
}
