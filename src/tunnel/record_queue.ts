import { isControlProtocol, pppProtocol } from "../pppoe/ppp.ts";
import {
  KIND_CONTROL,
  KIND_SESSION,
  MAX_RECORD_BODY,
  RECORD_HEADER,
  recordHeader,
} from "./record.ts";
import { QUANTUM, RoundRobin } from "./round_robin.ts";

/** Session data may wait in this many bytes. */
export const DATA_LIMIT = 512 * 1024;
/** Room above the data limit that only control, discovery and PPP control frames may use. */
export const CONTROL_RESERVE = 128 * 1024;
/** Session data that has waited longer gives way to new. Milliseconds. */
export const MAX_AGE = 10;
/** Records that may wait: a power of two. */
export const MAX_RECORDS = 16_384;
/** Bytes of a buffer; what is in flight needs room, too. */
const CAPACITY = DATA_LIMIT + CONTROL_RESERVE + 64 * 1024;

const UNWRAPPED = -1;

/** Why a record that waited was dropped. */
export type QueueDrop = "queue-full" | "queue-stale";

interface Buffer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/**
 * Records on their way out, in a ring, in the order in which they will leave. No record is split:
 * one that does not fit before the end goes to the front, and `wrap` is where the others end.
 *
 *     │  free  │ in flight │ head ── waiting ── tail │   free   │
 *     │ waiting ── tail │   free   │ in flight │ head ── waiting ── wrap │
 *
 * While the queue is short it is sent from where it lies. Whatever drops or reorders records writes
 * the others to the spare buffer, and the two change places: what is in flight stays untouched.
 */
export class RecordQueue {
  #buffer: Buffer = newBuffer();
  #spare: Buffer = newBuffer();
  /** What holds the bytes taken last, until they have been sent, and where they begin. */
  #inFlight: Buffer | undefined;
  #begin = 0;
  #head = 0;
  #tail = 0;
  #wrap = UNWRAPPED;
  #waiting = 0;
  /** When each waiting record came, by its position in the queue from `#first` on. Milliseconds. */
  #stamps = new Float64Array(MAX_RECORDS);
  #first = 0;
  #count = 0;
  #gaveWay = false;
  #order = new RoundRobin(MAX_RECORDS);
  #dropped: (reason: QueueDrop) => void;

  constructor(dropped: (reason: QueueDrop) => void) {
    this.#dropped = dropped;
  }

  /** Bytes that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** How long the oldest record has waited at `now`; 0 where none waits. Milliseconds. */
  age(now: number): number {
    return this.#count === 0 ? 0 : Math.max(0, now - this.#stamps[this.#first]);
  }

  /** Whether session data came before `time`, and waits or had to give way since the last take. */
  hasOlder(time: number): boolean {
    return this.#gaveWay || this.#count > 0 && this.#stamps[this.#first] < time;
  }

  /**
   * Adds a record with the body `source[offset, offset + length)`, which is copied. Where there is
   * no room, session data that came before `now - MAX_AGE` makes some; false, with nothing added,
   * where there is none such, or the new record is worth less than what waits.
   */
  add(
    kind: number,
    handle: number,
    source: Uint8Array,
    offset: number,
    length: number,
    now: number,
  ): boolean {
    const size = RECORD_HEADER + length;
    if (this.#waiting + size > DATA_LIMIT || this.#count === MAX_RECORDS) {
      const urgent = kind !== KIND_SESSION || isUrgent(source, offset, length);
      if (!this.#makeRoom(size, urgent, now)) return false;
    }
    const at = this.#place(size);
    if (at < 0) return false;
    this.#buffer.view.setUint32(at, recordHeader(kind, length, handle));
    this.#buffer.bytes.set(source.subarray(offset, offset + length), at + RECORD_HEADER);
    this.#tail = at + size;
    this.#waiting += size;
    this.#stamps[this.#first + this.#count++ & MAX_RECORDS - 1] = now;
    return true;
  }

  /** Takes whole records of at most `max` bytes: valid until the next take. */
  take(max: number): Uint8Array {
    if (this.#head === this.#wrap) this.#unwrap();
    const begin = this.#head;
    const last = this.#wrap === UNWRAPPED ? this.#tail : this.#wrap;
    let end = begin;
    let taken = 0;
    if (begin + max >= last && this.#wrap === UNWRAPPED) [end, taken] = [last, this.#count];
    for (; end < last; taken++) {
      const next = this.#after(end);
      if (next - begin > max) break;
      end = next;
    }
    this.#head = end;
    this.#waiting -= end - begin;
    this.#first = this.#first + taken & MAX_RECORDS - 1;
    this.#count -= taken;
    this.#inFlight = this.#buffer;
    this.#begin = begin;
    this.#gaveWay = false;
    return this.#buffer.bytes.subarray(begin, end);
  }

  /** To be called when what was taken has been sent. */
  sent(): void {
    this.#inFlight = undefined;
    if (this.#count === 0) this.#head = this.#tail = 0;
    if (this.#count === 0 || this.#head === this.#wrap) this.#unwrap();
  }

  /**
   * Drops session data that came before `oldest`, but leaves each session a turn's worth: who sends
   * little is not the cause. Takes control records and then, up to `max` bytes, the sessions in turn
   * (deficit round robin). Nothing that was taken before may be in flight.
   */
  takeFairly(max: number, oldest: number): Uint8Array {
    const order = this.#order;
    order.clear();
    const stamps: number[] = [];
    const backlog = this.#backlog();
    this.#each((at, size, stamp) => {
      const header = this.#buffer.view.getUint32(at);
      if (stamp < oldest && this.#isData(at)) {
        const rest = (backlog.get(header & 0xffff) ?? 0) - size;
        if (rest >= QUANTUM) {
          backlog.set(header & 0xffff, rest);
          return this.#dropped("queue-stale");
        }
      }
      const isControl = header >>> 30 === KIND_CONTROL;
      order.add(stamps.push(stamp) - 1, at, size, isControl, header & 0xffff);
    });
    let next = 0;
    this.#rewrite((put) => {
      next = order.serve(max, (i, at, size) => put(at, size, stamps[i]));
    });
    return this.take(next);
  }

  /** Bytes of data that wait, by session. */
  #backlog(): Map<number, number> {
    const backlog = new Map<number, number>();
    this.#each((at, size) => {
      if (!this.#isData(at)) return;
      const handle = this.#buffer.view.getUint32(at) & 0xffff;
      backlog.set(handle, (backlog.get(handle) ?? 0) + size);
    });
    return backlog;
  }

  /** Forgets everything. */
  clear(): void {
    [this.#head, this.#tail, this.#waiting, this.#first, this.#count] = [0, 0, 0, 0, 0];
    this.#wrap = UNWRAPPED;
  }

  #after(at: number): number {
    return at + RECORD_HEADER + (this.#buffer.view.getUint32(at) >>> 16 & MAX_RECORD_BODY);
  }

  /** Where a record of `size` bytes can be put, or -1. */
  #place(size: number): number {
    const begin = this.#inFlight === this.#buffer ? this.#begin : this.#head;
    if (this.#tail < begin) return this.#tail + size < begin ? this.#tail : -1;
    if (this.#tail + size <= CAPACITY) return this.#tail;
    if (size >= begin) return -1;
    this.#wrap = this.#tail;
    return 0;
  }

  #unwrap(): void {
    if (this.#wrap !== UNWRAPPED) this.#head = 0;
    this.#wrap = UNWRAPPED;
  }

  /** Calls `see` for every waiting record, in their order. */
  #each(see: (at: number, size: number, stamp: number) => void): void {
    let at = this.#head;
    for (let i = 0; i < this.#count; i++) {
      if (at === this.#wrap) at = 0;
      const size = this.#after(at) - at;
      see(at, size, this.#stamps[this.#first + i & MAX_RECORDS - 1]);
      at += size;
    }
  }

  /** Makes room for a record of `size` bytes; false where there is none for one of its worth. */
  #makeRoom(size: number, urgent: boolean, now: number): boolean {
    if (this.hasOlder(now - MAX_AGE)) this.#dropHalf(now - MAX_AGE);
    const limit = urgent ? DATA_LIMIT + CONTROL_RESERVE : DATA_LIMIT;
    return this.#waiting + size <= limit && this.#count < MAX_RECORDS;
  }

  /**
   * Drops the older half of what waits, as far as it is session data from before `time`: at once,
   * so that the work is done once for many records.
   */
  #dropHalf(time: number): void {
    if (this.#inFlight === this.#spare) return; // no room to write the others to
    this.#gaveWay = true;
    let [bytes, records] = [this.#waiting / 2, this.#count / 2];
    this.#rewrite((put) => {
      this.#each((at, size, stamp) => {
        if (bytes <= 0 || records <= 0 || stamp >= time || !this.#isData(at)) {
          return put(at, size, stamp);
        }
        this.#dropped("queue-full");
        bytes -= size;
        records--;
      });
    });
  }

  /** Writes the queue anew with the records that `fill` puts, each given by its old place. */
  #rewrite(fill: (put: (at: number, size: number, stamp: number) => void) => void): void {
    const [from, to] = [this.#buffer, this.#spare];
    const stamps: number[] = [];
    let tail = 0;
    fill((at, size, stamp) => {
      to.bytes.set(from.bytes.subarray(at, at + size), tail);
      tail += size;
      stamps.push(stamp);
    });
    [this.#buffer, this.#spare] = [to, from];
    this.#stamps.set(stamps);
    this.#head = this.#first = 0;
    this.#wrap = UNWRAPPED;
    this.#tail = this.#waiting = tail;
    this.#count = stamps.length;
  }

  #isData(at: number): boolean {
    const { view, bytes } = this.#buffer;
    if (view.getUint32(at) >>> 30 !== KIND_SESSION) return false;
    return !isUrgent(bytes, at + RECORD_HEADER, this.#after(at) - at - RECORD_HEADER);
  }
}

/** Whether a PPP frame is one of a control protocol. */
function isUrgent(bytes: Uint8Array, offset: number, length: number): boolean {
  return isControlProtocol(pppProtocol(bytes, offset, length));
}

function newBuffer(): Buffer {
  const bytes = new Uint8Array(CAPACITY);
  return { bytes, view: new DataView(bytes.buffer) };
}
