import {
  type FrameSink,
  HEADER_BYTES,
  type Link,
  type LinkStatistics,
  newStatistics,
} from "./link.ts";
import type { Region } from "../memory.ts";
import { MIN_FRAME } from "./transmitter.ts";

/** Maximum undelivered frames at one end; further frames are dropped, as by a full socket. */
const MAX_WAITING = 65_536;

/** Makes two connected links in memory: each receives what the other sends. For tests. */
export function memoryLinkPair(
  macs: readonly [Uint8Array, Uint8Array],
  mtu = 1500,
): [MemoryLink, MemoryLink] {
  const left = new MemoryLink("left", 1, macs[0], mtu);
  const right = new MemoryLink("right", 2, macs[1], mtu);
  left.connect(right);
  right.connect(left);
  return [left, right];
}

/** One end of a pair. Frames are delivered in order, in a later turn of the event loop. */
export class MemoryLink implements Link {
  readonly kind = "memory";
  /** Set by tests: frames pass in any case. */
  up = true;
  carrier = true;
  readonly ring = { wanted: 0, slots: 0, wasStuck: false };
  readonly statistics: LinkStatistics = newStatistics();
  #peer: MemoryLink | undefined;
  #sink: FrameSink | undefined;
  #waiting: Uint8Array[] = [];
  #scheduled = false;
  #closed = Promise.withResolvers<void>();

  constructor(
    readonly name: string,
    readonly index: number,
    readonly mac: Uint8Array,
    readonly mtu: number,
  ) {}

  /** Sets the other end. */
  connect(peer: MemoryLink): void {
    this.#peer = peer;
  }

  run(sink: FrameSink): Promise<void> {
    this.#sink = sink;
    this.#schedule();
    return this.#closed.promise;
  }

  region(size: number): Region {
    const bytes = new Uint8Array(size);
    return { bytes, view: new DataView(bytes.buffer) };
  }

  queue(headers: Uint32Array, at: number, body: Region, offset: number, length: number): void {
    const frame = new Uint8Array(HEADER_BYTES + length);
    frame.set(new Uint8Array(headers.buffer, headers.byteOffset + at * 4, HEADER_BYTES));
    frame.set(body.bytes.subarray(offset, offset + length), HEADER_BYTES);
    this.send(frame);
  }

  flush(): void {}

  send(frame: Uint8Array): void {
    if (frame.length > 14 + this.mtu) {
      this.statistics.drops["frame-too-long"]++;
      return;
    }
    const padded = new Uint8Array(Math.max(MIN_FRAME, frame.length));
    padded.set(frame);
    this.statistics.sentFrames++;
    this.statistics.sentBytes += frame.length;
    this.#peer?.receive(padded);
  }

  /** Takes a frame from the other end. */
  receive(frame: Uint8Array): void {
    if (this.#waiting.length === MAX_WAITING) {
      this.statistics.kernelDrops++;
      return;
    }
    this.#waiting.push(frame);
    this.#schedule();
  }

  followInterface(): void {}

  readStatistics(): void {}

  close(): void {
    this.#sink = undefined;
    this.#closed.resolve();
  }

  #schedule(): void {
    if (this.#scheduled || this.#sink === undefined) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    const sink = this.#sink;
    if (sink === undefined || this.#waiting.length === 0) return;
    for (const frame of this.#waiting.splice(0)) {
      this.statistics.receivedFrames++;
      this.statistics.receivedBytes += frame.length;
      sink.frame(frame, new DataView(frame.buffer), 0, frame.length);
    }
    sink.batchEnd();
  }
}
