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

/** Memory that records are read into; a link may be able to send straight from it. */
export interface RecordBuffer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** What records become. Offsets are into the reader's buffer and valid until `batchEnd` returns. */
export interface RecordSink {
  session(handle: number, offset: number, length: number): void;
  discovery(handle: number, offset: number, length: number): void;
  /** Returns a violation to end the tunnel. */
  control(type: number, offset: number, length: number): Violation | undefined;
  batchEnd(): void;
}

/** Smallest buffer: the longest record and one TLS record (RFC 8446 section 5.1: 16 KiB). */
export const MIN_RECORD_BUFFER = MAX_RECORD_BODY + RECORD_HEADER + 16 * 1024;

/**
 * Finds the records in a stream of bytes that may be split anywhere.
 *
 * `space()` gives the free part of the buffer to read into, `received(n)` delivers what is
 * complete after n more bytes and keeps the rest, at the front, for the next read.
 */
export class RecordReader {
  #buffer: RecordBuffer;
  #sink: RecordSink;
  #filled = 0;

  constructor(buffer: RecordBuffer, sink: RecordSink) {
    if (buffer.bytes.length < MIN_RECORD_BUFFER) {
      throw new RangeError(
        `Cannot read records into ${buffer.bytes.length} bytes: at least ${MIN_RECORD_BUFFER} are needed`,
      );
    }
    this.#buffer = buffer;
    this.#sink = sink;
  }

  /** The free part of the buffer; never empty. */
  space(): Uint8Array {
    return this.#buffer.bytes.subarray(this.#filled);
  }

  /** Delivers every record that `count` further bytes complete. */
  received(count: number): Violation | undefined {
    const { view, bytes } = this.#buffer;
    const end = this.#filled + count;
    let at = 0;
    let violation: Violation | undefined;
    while (end - at >= RECORD_HEADER) {
      const header = view.getUint32(at);
      const length = header >>> 16 & MAX_RECORD_BODY;
      // Checked before the body is waited for: a violation costs the peer no further byte.
      violation = tooLong(header >>> 30, length);
      if (violation !== undefined) break;
      const next = at + RECORD_HEADER + length;
      if (next > end) break;
      violation = this.#deliver(header >>> 30, header & 0xffff, at + RECORD_HEADER, length);
      if (violation !== undefined) break;
      at = next;
    }
    this.#sink.batchEnd();
    this.#filled = end - at;
    if (at > 0 && at < end) bytes.copyWithin(0, at, end);
    return violation;
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
