import { KIND_CONTROL, KIND_DISCOVERY, KIND_SESSION } from "./record.ts";
import { DATA_LIMIT, MAX_AGE, type QueueDrop, RecordQueue } from "./record_queue.ts";

/** Where the bytes go; `write` may take fewer than it is given (Deno.Conn). */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<number>;
}

/** One `write` of Deno's TLS takes at most this many bytes. */
const MAX_WRITE = 65_536;
/** Bytes a write while the connection is behind: what has been written can be neither reordered nor dropped. */
const SHORT_WRITE = 16_384;
/** The connection is behind when for so long something was always older than MAX_AGE; so it ends, too. Milliseconds. */
const PATIENCE = 50;

/** A connection goes on when its last write ended so long ago. Milliseconds. */
const PROGRESS = 5;

/** What a writer is made of. */
export interface RecordWriterOptions {
  sink: ByteSink;
  /** Called once when a write fails; the writer accepts nothing afterwards. */
  failed: (cause: unknown) => void;
  /** Called for every record that is given up. */
  dropped: (reason: QueueDrop) => void;
  /** Milliseconds of a steady clock. */
  now: () => number;
}

/**
 * Writes records in batches: while one write is in flight, what arrives accumulates and leaves in
 * the next. An idle writer sends at once; nothing waits for a timer.
 *
 *     idle ──flush──▶ writing ──nothing waits──▶ idle
 *                     │  ▲ │
 *                     └──┘ └─data older than 10 ms for 50 ms─▶ behind ──none for 50 ms──▶ writing
 *                    in order                     short writes, sessions in turn, old data dropped
 */
export class RecordWriter {
  #options: RecordWriterOptions;
  #queue: RecordQueue;
  #writing: Promise<void> | undefined;
  #failed = false;
  #behind = false;
  /** When the queue last looked as `#behind` says. */
  #settled = 0;
  /** When a write last ended. */
  #progress = 0;
  /** The time of the records that are being added. */
  #now = 0;

  constructor(options: RecordWriterOptions) {
    this.#options = options;
    this.#queue = new RecordQueue(options.dropped);
  }

  /** Bytes that wait behind the write in flight. */
  get queuedBytes(): number {
    return this.#queue.waiting;
  }

  /** Whether half of the room is taken, though not for long: writes go on. */
  get isFull(): boolean {
    if (this.#behind || this.#queue.waiting < DATA_LIMIT / 2) return false;
    return this.#options.now() - this.#progress < PROGRESS;
  }

  /** To be called before the first session frame of a batch: reads the clock for all of them. */
  beginBatch(): void {
    this.#now = this.#options.now();
  }

  /**
   * Queues the payload of a session frame, `source[offset, offset + length)`, which is copied.
   * Returns false, with nothing queued, where even the oldest data gave no room for it.
   */
  session(handle: number, source: Uint8Array, offset: number, length: number): boolean {
    if (this.#failed) return false;
    return this.#queue.add(KIND_SESSION, handle, source, offset, length, this.#now);
  }

  /** Queues a discovery frame; false where even the reserve is full. */
  discovery(handle: number, frame: Uint8Array): boolean {
    return this.#record(KIND_DISCOVERY, handle, frame);
  }

  /** Queues a control record; false where even the reserve is full. */
  control(type: number, body: Uint8Array): boolean {
    return this.#record(KIND_CONTROL, type, body);
  }

  #record(kind: number, handle: number, body: Uint8Array): boolean {
    if (this.#failed) return false;
    return this.#queue.add(kind, handle, body, 0, body.length, this.#options.now());
  }

  /** Starts writing what is queued, unless a write is in flight that will take it along. */
  flush(): void {
    if (this.#writing !== undefined || this.#queue.waiting === 0 || this.#failed) return;
    this.#settled = this.#options.now();
    this.#behind = false;
    this.#writing = this.#writeAll().catch((cause) => {
      this.#failed = true;
      this.#queue.clear();
      this.#options.failed(cause);
    }).finally(() => this.#writing = undefined);
  }

  /** Resolves when everything queued has been handed to the connection, or has failed. */
  async drained(): Promise<void> {
    this.flush();
    while (this.#writing !== undefined) {
      await this.#writing;
      this.flush();
    }
  }

  async #writeAll(): Promise<void> {
    for (let left = this.#queue.waiting; this.#queue.waiting > 0;) {
      const bytes = this.#next();
      for (let at = 0; at < bytes.length;) {
        at += await this.#options.sink.write(bytes.subarray(at));
      }
      this.#queue.sent();
      this.#progress = this.#options.now();
      left -= bytes.length;
      if (left > 0 || this.#queue.waiting === 0) continue;
      // Deno's TLS write completes without yielding; without this turn reads would starve.
      await new Promise<void>((resolve) => setImmediate(resolve));
      left = this.#queue.waiting;
    }
  }

  /** What is to be written next. */
  #next(): Uint8Array {
    const now = this.#options.now();
    if (this.#queue.hasOlder(now - MAX_AGE) === this.#behind) this.#settled = now;
    if (now - this.#settled > PATIENCE) this.#behind = !this.#behind;
    if (!this.#behind) return this.#queue.take(MAX_WRITE);
    this.#queue.expire(now - MAX_AGE);
    return this.#queue.takeFairly(SHORT_WRITE);
  }
}
