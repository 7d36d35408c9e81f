import { FrameRing } from "./frame_ring.ts";

/** Conditions of one direction of a path. Times are in milliseconds. */
export interface PathOptions {
  /** Time from one end to the other. */
  delay: number;
  /** Share of the frames that is lost, 0 to 1. */
  loss: number;
  /** Mean number of frames that are lost in sequence. Default 1: each on its own. */
  burst?: number;
  /** Maximum additional time, which changes from frame to frame; the order stays. */
  jitter?: number;
  /** Share of the frames that arrive {@linkcode OVERTAKEN} later, after frames sent behind them. */
  reorder?: number;
  /** Bits per second; without it, unlimited. */
  rate?: number;
  /** Time that the queue in front of a limited rate holds. Default 50. */
  queue?: number;
  /** Maximum length of a packet, in bytes; longer ones are dropped silently. */
  largest?: number;
}

/** Maximum number of frames in flight. */
export const CAPACITY = 16_384;
/** Maximum number of frames in flight that others overtake. */
const OVERTAKEN_CAPACITY = 1_024;
/** How much later than the others a reordered frame arrives. */
const OVERTAKEN = 3;
const DEFAULT_QUEUE = 50;
/** Length of an Ethernet header. */
const ETHERNET = 14;

/** One direction of a path: delays and loses frames. Allocates nothing per frame. */
export class DelayLine {
  /** Number of frames that did not fit in the line. */
  overflow = 0;
  /** Number of frames lost on purpose. */
  lost = 0;
  /** Number of frames that the queue of a limited rate dropped. */
  queueDropped = 0;
  /** Number of frames dropped because they were too long. */
  tooLong = 0;
  #options: PathOptions;
  #random: () => number;
  #inOrder = new FrameRing(CAPACITY);
  #overtaken = new FrameRing(OVERTAKEN_CAPACITY);
  #isLosing = false;
  /** Time at which the link is free again. */
  #free = 0;
  #lastDue = 0;

  /** `seed` decides which frames are lost; equal seeds lose the same ones. */
  constructor({ seed, ...options }: PathOptions & { seed: number }) {
    this.#options = options;
    this.#random = seededRandom(seed);
  }

  /** Number of frames in flight. */
  get size(): number {
    return this.#inOrder.size + this.#overtaken.size;
  }

  /** Replaces conditions for the frames that come from now on. */
  change(options: Partial<PathOptions>): void {
    this.#options = { ...this.#options, ...options };
  }

  /** Adds a frame at `bytes[offset, offset + length)`, which is copied. */
  push(bytes: Uint8Array, offset: number, length: number, now: number): void {
    const { delay, jitter = 0, reorder = 0, largest = Infinity } = this.#options;
    if (length - ETHERNET > largest) return void this.tooLong++;
    const sent = this.#transmit(length, now);
    if (sent < 0) return void this.queueDropped++;
    if (this.#loses()) return void this.lost++;
    const isOvertaken = reorder > 0 && this.#random() < reorder;
    const varied = jitter > 0 ? jitter * this.#random() : 0;
    const due = Math.max(this.#lastDue, sent + delay + varied);
    const ring = isOvertaken ? this.#overtaken : this.#inOrder;
    if (!isOvertaken) this.#lastDue = due;
    if (!ring.push(bytes, offset, length, isOvertaken ? due + OVERTAKEN : due)) this.overflow++;
  }

  /** Sends the frames that are due; each is valid during its call. */
  drain(now: number, send: (frame: Uint8Array) => void): void {
    this.#inOrder.drain(now, send);
    this.#overtaken.drain(now, send);
  }

  /** The time at which a frame has left the queue; -1 if the queue is full. */
  #transmit(length: number, now: number): number {
    const { rate, queue = DEFAULT_QUEUE } = this.#options;
    if (rate === undefined) return now;
    if (this.#free - now > queue) return -1;
    this.#free = Math.max(this.#free, now) + length * 8_000 / rate;
    return this.#free;
  }

  /** Whether the next frame is lost: the model of Gilbert, in which each burst loses everything. */
  #loses(): boolean {
    const { loss, burst = 1 } = this.#options;
    const chance = this.#random();
    if (burst <= 1) return chance < loss;
    this.#isLosing = this.#isLosing ? chance >= 1 / burst : chance < loss / (burst * (1 - loss));
    return this.#isLosing;
  }
}

/**
 * Returns a generator of numbers in [0, 1) determined by the seed: a Weyl sequence through
 * MurmurHash3's finalizer.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = state + 0x9e37_79b9 >>> 0;
    let h = Math.imul(state ^ state >>> 16, 0x85eb_ca6b);
    h = Math.imul(h ^ h >>> 13, 0xc2b2_ae35);
    return ((h ^ h >>> 16) >>> 0) / 0x1_0000_0000;
  };
}
