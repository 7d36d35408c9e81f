import type { FrameWriter } from "./frame_writer.ts";
import { KIND_CONTROL, KIND_DISCOVERY, KIND_SESSION } from "./record.ts";
import { DATA_LIMIT } from "./queue_shares.ts";
import { MAX_AGE, type QueueDrop, RecordQueue } from "./record_queue.ts";

/**
 * Milliseconds for which data has to be older than MAX_AGE before the connection counts as behind,
 * and for which none may be before it no longer does.
 */
const BEHIND_AFTER = 50;
/**
 * The same in round trips, if that is longer: TCP in a session needs one to react, and a burst that
 * waits for the connection's own growth is no standing queue.
 */
const BEHIND_AFTER_TRIPS = 1.5;
/** Maximum of the latter, in milliseconds: the peer can delay what the round trip is taken from. */
const MAX_BEHIND_AFTER = 500;
/** Maximum time since the last sent portion for a connection that makes progress. Milliseconds. */
const PROGRESS = 5;

/** Sends records, in portions of whole records. */
export interface RecordOutlet {
  /** Maximum length of a portion, in bytes. */
  readonly portion: number;
  /** The same while the connection is behind: sent bytes can be neither reordered nor dropped. */
  readonly shortPortion: number;
  /** Shortest round trip of the path, in milliseconds; undefined if unknown. */
  roundTrip?(): number | undefined;
  /** A wait for room before the next portion is taken; undefined if there is room. */
  room?(): Promise<void> | undefined;
  /** Sends at least the first byte; resolves to the number of bytes sent. */
  send(bytes: Uint8Array): Promise<number>;
}

/** Options of a writer. */
export interface RecordWriterOptions {
  outlet: RecordOutlet;
  /** Called once when sending fails; the writer accepts nothing after that. */
  failed: (cause: unknown) => void;
  /** Called for every dropped record. */
  dropped: (reason: QueueDrop) => void;
  /** Milliseconds of a monotonic clock. */
  now: () => number;
}

/**
 * Sends records in batches: while one portion is being sent, new records accumulate and are sent in
 * the next. An idle writer sends immediately; nothing waits for a timer.
 *
 *     idle ──flush──▶ sending ──nothing waits──▶ idle
 *                     │  ▲ │
 *                     └──┘ └─data older than 10 ms for long─▶ behind ──none for 50 ms──▶ sending
 *                    in order                   short portions, sessions in turn, old data dropped
 */
export class RecordWriter implements FrameWriter {
  #options: RecordWriterOptions;
  #queue: RecordQueue;
  #sending = false;
  /** Resolved when sending ends; defined only while a caller waits for it. */
  #idle: PromiseWithResolvers<void> | undefined;
  #failed = false;
  #behind = false;
  /** When the state of the queue last agreed with `#behind`. */
  #settled = 0;
  /** When a portion was last sent. */
  #progress = -Infinity;
  /** Arrival time of the current batch of records. */
  #now = 0;
  #dropped = 0;

  constructor(options: RecordWriterOptions) {
    this.#options = options;
    this.#queue = new RecordQueue((reason) => {
      this.#dropped++;
      options.dropped(reason);
    });
  }

  /** Bytes waiting behind the portion in flight. */
  get queuedBytes(): number {
    return this.#queue.waiting;
  }

  get queueAge(): number {
    return this.#queue.age(this.#options.now());
  }

  get dropped(): number {
    return this.#dropped;
  }

  get lastSent(): number {
    return this.#progress;
  }

  get isFull(): boolean {
    if (this.#behind || this.#queue.waiting < DATA_LIMIT / 2) return false;
    return this.#options.now() - this.#progress < PROGRESS;
  }

  get isSending(): boolean {
    return this.#sending;
  }

  get isDiscoveryFull(): boolean {
    return this.#queue.isDiscoveryFull;
  }

  beginBatch(): void {
    this.#now = this.#options.now();
  }

  session(handle: number, source: Uint8Array, offset: number, length: number): boolean {
    if (this.#failed) return false;
    if (this.#queue.add(KIND_SESSION, handle, source, offset, length, this.#now)) return true;
    this.#dropped++;
    return false;
  }

  discovery(handle: number, frame: Uint8Array): boolean {
    return this.#record(KIND_DISCOVERY, handle, frame);
  }

  control(type: number, body: Uint8Array): boolean {
    return this.#record(KIND_CONTROL, type, body);
  }

  #record(kind: number, handle: number, body: Uint8Array): boolean {
    if (this.#failed) return false;
    return this.#queue.add(kind, handle, body, 0, body.length, this.#options.now());
  }

  /** Starts sending queued records. If a portion is in flight, they are sent after it. */
  flush(): void {
    if (!this.#sending && this.#queue.waiting > 0 && !this.#failed) this.#send();
  }

  async drained(): Promise<void> {
    this.flush();
    if (!this.#sending) return;
    this.#idle ??= Promise.withResolvers();
    await this.#idle.promise;
  }

  /** Sends until nothing waits; never rejects. */
  async #send(): Promise<void> {
    this.#sending = true;
    this.#settled = this.#options.now();
    this.#behind = false;
    try {
      for (let left = this.#queue.waiting; this.#queue.waiting > 0;) {
        left -= await this.#sendPortion();
        if (left > 0 || this.#queue.waiting === 0) continue;
        // Deno's TLS accepts a write without yielding; without this turn reads would starve.
        await new Promise<void>((resolve) => setImmediate(resolve));
        left = this.#queue.waiting;
      }
    } catch (cause) {
      this.#failed = true;
      this.#queue.clear();
      this.#options.failed(cause);
    }
    // Immediately: otherwise records queued before then would wait for the next flush.
    this.#sending = false;
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  async #sendPortion(): Promise<number> {
    const { outlet } = this.#options;
    const wait = outlet.room?.();
    if (wait !== undefined) await wait;
    const bytes = this.#next();
    let taken = await outlet.send(bytes);
    while (taken < bytes.length) taken += await outlet.send(bytes.subarray(taken));
    this.#queue.sent();
    this.#progress = this.#options.now();
    return bytes.length;
  }

  /** The next records to send, whole. */
  #next(): Uint8Array {
    const { portion, shortPortion } = this.#options.outlet;
    const now = this.#options.now();
    const oldest = now - MAX_AGE;
    if (this.#queue.hasOlder(oldest) === this.#behind) this.#settled = now;
    const unsettled = now - this.#settled;
    if (unsettled > BEHIND_AFTER && (this.#behind || unsettled > this.#reaction())) {
      this.#behind = !this.#behind;
    }
    return this.#behind ? this.#queue.takeFairly(shortPortion, oldest) : this.#queue.take(portion);
  }

  /** How long old data may wait before the connection is behind, in milliseconds. */
  #reaction(): number {
    const trips = BEHIND_AFTER_TRIPS * (this.#options.outlet.roundTrip?.() ?? 0);
    return Math.min(MAX_BEHIND_AFTER, Math.max(BEHIND_AFTER, trips));
  }
}
