import {
  KIND_CONTROL,
  KIND_DISCOVERY,
  KIND_SESSION,
  RECORD_HEADER,
  recordHeader,
} from "./record.ts";

/** Where the bytes go; `write` may take fewer than it is given (Deno.Conn). */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<number>;
}

/** One `write` of Deno's TLS takes at most this many bytes. */
const MAX_WRITE = 65_536;

/** Session data may wait in this many bytes; what comes on top is refused. */
export const DATA_LIMIT = 512 * 1024;

/** Room above the data limit that only control, discovery and PPP control frames may use. */
export const CONTROL_RESERVE = 128 * 1024;

interface Batch {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

function newBatch(): Batch {
  const bytes = new Uint8Array(DATA_LIMIT + CONTROL_RESERVE);
  return { bytes, view: new DataView(bytes.buffer) };
}

/**
 * Writes records in batches: while one write is in flight, what arrives accumulates in the other
 * batch and leaves in the next write. An idle writer sends at once; nothing waits for a timer.
 *
 *     idle ──flush──▶ writing ──all written──▶ idle
 *                      │   ▲
 *                      └───┘ more had accumulated
 */
export class RecordWriter {
  #sink: ByteSink;
  #filling: Batch = newBatch();
  #sending: Batch = newBatch();
  #filled = 0;
  #writing: Promise<void> | undefined;
  #failed = false;
  /** Called once when a write fails; the writer accepts nothing afterwards. */
  readonly #onFailure: (cause: unknown) => void;

  /** Called after every write, which may have had to wait. */
  readonly #onWritten: () => void;

  constructor(sink: ByteSink, onFailure: (cause: unknown) => void, onWritten = () => {}) {
    this.#sink = sink;
    this.#onFailure = onFailure;
    this.#onWritten = onWritten;
  }

  /** Bytes that wait behind the write in flight. */
  get queuedBytes(): number {
    return this.#filled;
  }

  /**
   * Queues the payload of a session frame, `source[offset, offset + length)`, which is copied.
   * Returns false, with nothing queued, where the queue is full: at the data limit, or with
   * `urgent` at the limit of the reserve.
   */
  session(
    handle: number,
    source: Uint8Array,
    offset: number,
    length: number,
    urgent: boolean,
  ): boolean {
    const limit = urgent ? DATA_LIMIT + CONTROL_RESERVE : DATA_LIMIT;
    const at = this.#filled;
    if (at + RECORD_HEADER + length > limit || this.#failed) return false;
    const batch = this.#filling;
    batch.view.setUint32(at, recordHeader(KIND_SESSION, length, handle));
    batch.bytes.set(source.subarray(offset, offset + length), at + RECORD_HEADER);
    this.#filled = at + RECORD_HEADER + length;
    return true;
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
    const at = this.#filled;
    const end = at + RECORD_HEADER + body.length;
    if (end > DATA_LIMIT + CONTROL_RESERVE || this.#failed) return false;
    this.#filling.view.setUint32(at, recordHeader(kind, body.length, handle));
    this.#filling.bytes.set(body, at + RECORD_HEADER);
    this.#filled = end;
    return true;
  }

  /** Starts writing what is queued, unless a write is in flight that will take it along. */
  flush(): void {
    if (this.#writing !== undefined || this.#filled === 0 || this.#failed) return;
    this.#writing = this.#writeAll().catch((cause) => {
      this.#failed = true;
      this.#filled = 0;
      this.#onFailure(cause);
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
    while (this.#filled > 0) {
      const batch = this.#filling;
      const length = this.#filled;
      this.#filling = this.#sending;
      this.#sending = batch;
      this.#filled = 0;
      for (let at = 0; at < length;) {
        at += await this.#sink.write(batch.bytes.subarray(at, Math.min(at + MAX_WRITE, length)));
        this.#onWritten();
      }
      // Deno's TLS write completes without yielding; without this turn reads would starve.
      if (this.#filled > 0) await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }
}
