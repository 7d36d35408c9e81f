import {
  KIND_CONTROL,
  KIND_DISCOVERY,
  KIND_SESSION,
  MAX_CONTROL_BODY,
  MAX_DISCOVERY_BODY,
  MAX_RECORD_BODY,
  RECORD_HEADER,
  type Violation,
} from "./record.ts";

/** Memory into which records are read; a link may be able to send directly from it. */
export interface RecordBuffer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/**
 * Receives parsed records. Offsets are into the reader's buffer, valid until `batchEnd` returns.
 */
export interface RecordSink {
  /** Returns false if the frame belongs to no session or is malformed. */
  session(handle: number, offset: number, length: number): boolean | void;
  discovery(handle: number, offset: number, length: number): void;
  /** Returns a violation that must end the tunnel. */
  control(type: number, offset: number, length: number): Violation | undefined;
  batchEnd(): void;
}

/** Minimum buffer: the longest record and one TLS record (RFC 8446 section 5.1: 16 KiB). */
export const MIN_RECORD_BUFFER = MAX_RECORD_BODY + RECORD_HEADER + 16 * 1024;

/** Session records between two time checks, and minimum bytes of one that counts as traffic. */
const LOOK_EVERY = 64;
const TRAFFIC = 16;

/**
 * Finds the records in a stream of bytes that may be split anywhere.
 *
 * `space()` returns the free part of the buffer to read into. `received(n)` delivers the records
 * that n more bytes complete and keeps the rest, at the front, for the next read. It stops when
 * `isOver` returns true: then `hasMore` is true, and `received(0)` continues.
 */
export class RecordReader {
  #buffer: RecordBuffer;
  #sink: RecordSink;
  #isOver: (isTraffic: boolean) => boolean;
  /** Start of the undelivered bytes: 0 unless `hasMore`. */
  #begin = 0;
  #filled = 0;
  #hasMore = false;

  /**
   * `isOver`, called after a discovery or control record and after several session records, ends a
   * turn.
   */
  constructor(
    buffer: RecordBuffer,
    sink: RecordSink,
    isOver: (isTraffic: boolean) => boolean = () => false,
  ) {
    if (buffer.bytes.length < MIN_RECORD_BUFFER) {
      throw new RangeError(
        `Cannot read records into ${buffer.bytes.length} bytes: use at least ${MIN_RECORD_BUFFER}`,
      );
    }
    this.#buffer = buffer;
    this.#sink = sink;
    this.#isOver = isOver;
  }

  /** Whether complete records are left, for which `received(0)` must be called first. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /** The free part of the buffer; never empty. */
  space(): Uint8Array {
    return this.#buffer.bytes.subarray(this.#filled);
  }

  /** Delivers the records that `count` more bytes complete, until the turn is over. */
  received(count: number): Violation | undefined {
    const { view, bytes } = this.#buffer;
    const end = this.#filled + count;
    let at = this.#begin;
    let unlooked = 0;
    let isOver = false;
    let violation: Violation | undefined;
    while (end - at >= RECORD_HEADER && !isOver) {
      const header = view.getUint32(at);
      const length = header >>> 16 & MAX_RECORD_BODY;
      // Checked before the body has arrived: a violation is noticed without another byte.
      violation = tooLong(header >>> 30, length);
      if (violation !== undefined) break;
      const next = at + RECORD_HEADER + length;
      if (next > end) break;
      violation = this.#deliver(header >>> 30, header & 0xffff, at + RECORD_HEADER, length);
      if (violation !== undefined) break;
      at = next;
      if (header >>> 30 === KIND_SESSION && ++unlooked < LOOK_EVERY) continue;
      unlooked = 0;
      isOver = this.#isOver(header >>> 30 === KIND_SESSION && length >= TRAFFIC);
    }
    this.#sink.batchEnd();
    this.#hasMore = isOver && violation === undefined && this.#isComplete(at, end);
    if (!this.#hasMore && at > 0 && at < end) bytes.copyWithin(0, at, end);
    this.#begin = this.#hasMore ? at : 0;
    this.#filled = this.#hasMore ? end : end - at;
    return violation;
  }

  /** Whether the bytes from `at` on contain a whole record, or the header of an invalid one. */
  #isComplete(at: number, end: number): boolean {
    if (end - at < RECORD_HEADER) return false;
    const header = this.#buffer.view.getUint32(at);
    const length = header >>> 16 & MAX_RECORD_BODY;
    return at + RECORD_HEADER + length <= end || tooLong(header >>> 30, length) !== undefined;
  }

  #deliver(kind: number, handle: number, offset: number, length: number): Violation | undefined {
    if (kind === KIND_SESSION) this.#sink.session(handle, offset, length);
    else if (kind === KIND_DISCOVERY) this.#sink.discovery(handle, offset, length);
    else return this.#sink.control(handle, offset, length);
    return undefined;
  }
}

function tooLong(kind: number, length: number): Violation | undefined {
  if (kind === KIND_SESSION) return undefined;
  if (kind === KIND_DISCOVERY) {
    return length > MAX_DISCOVERY_BODY ? "discovery-too-long" : undefined;
  }
  if (kind !== KIND_CONTROL) return "unknown-record-kind";
  return length > MAX_CONTROL_BODY ? "control-too-long" : undefined;
}
