import { isControlProtocol, pppProtocol } from "../pppoe/ppp.ts";
import {
  KIND_CONTROL,
  KIND_SESSION,
  MAX_RECORD_BODY,
  RECORD_HEADER,
  recordHeader,
} from "./record.ts";
import { RoundRobin } from "./round_robin.ts";

/** Session data may wait in this many bytes. */
export const DATA_LIMIT = 512 * 1024;
/** Room above the data limit that only control, discovery and PPP control frames may use. */
export const CONTROL_RESERVE = 128 * 1024;
/** Session data that has waited longer gives way to new. Milliseconds. */
export const MAX_AGE = 10;
/** Records that may wait. */
export const MAX_RECORDS = 16_384;
/** Bytes of a buffer: the queue moves to the front only when it has moved on by its own length. */
const CAPACITY = 2 * DATA_LIMIT + CONTROL_RESERVE;

/** Why a record that waited was dropped. */
export type QueueDrop = "queue-full" | "queue-stale";

interface Buffer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/**
 * Records on their way out, in one buffer, in the order in which they will leave:
 *
 *     ░░░ taken ░░░│ head ── waiting ── tail │        free        │
 *
 * While the queue is short it is sent from where it lies. Whatever drops or reorders records writes
 * the others to the spare buffer, and the two change places; where the spare one holds what is in
 * flight, they move up in their own buffer, which keeps their order.
 */
export class RecordQueue {
  #buffer: Buffer = newBuffer();
  #spare: Buffer = newBuffer();
  /** What holds the bytes taken last, until they have been sent. */
  #inFlight: Buffer | undefined;
  #head = 0;
  #tail = 0;
  /** When each waiting record came, by its position in the queue from `#first` on. Milliseconds. */
  #stamps = new Float64Array(2 * MAX_RECORDS);
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
    return this.#tail - this.#head;
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
    const end = this.#tail + RECORD_HEADER + length;
    if (end - this.#head > DATA_LIMIT || end > CAPACITY || this.#isCrowded) {
      if (!this.#makeRoom(kind, source, offset, length, now)) return false;
    }
    const at = this.#tail;
    this.#buffer.view.setUint32(at, recordHeader(kind, length, handle));
    this.#buffer.bytes.set(source.subarray(offset, offset + length), at + RECORD_HEADER);
    this.#tail = at + RECORD_HEADER + length;
    this.#stamps[this.#first + this.#count++] = now;
    return true;
  }

  /** Takes whole records of at most `max` bytes: valid until the next take. */
  take(max: number): Uint8Array {
    const begin = this.#head;
    let end = this.#tail;
    let taken = this.#count;
    if (end - begin > max) {
      for (end = begin, taken = 0;; taken++) {
        const next = this.#after(end);
        if (next - begin > max) break;
        end = next;
      }
    }
    this.#head = end;
    this.#first += taken;
    this.#count -= taken;
    if (this.#count === 0) this.#first = 0;
    this.#inFlight = this.#buffer;
    this.#gaveWay = false;
    return this.#buffer.bytes.subarray(begin, end);
  }

  /** To be called when what was taken has been sent. */
  sent(): void {
    this.#inFlight = undefined;
    if (this.#count === 0) this.#head = this.#tail = 0;
  }

  /** Drops session data that came before `time`. Nothing that was taken may be in flight. */
  expire(time: number): void {
    if (this.hasOlder(time)) {
      this.#drop("queue-stale", (_size, stamp) => stamp < time);
    }
  }

  /**
   * Takes control records and then, up to `max` bytes, the sessions in turn (deficit round robin).
   * Nothing that was taken before may be in flight.
   */
  takeFairly(max: number): Uint8Array {
    const order = this.#order;
    order.clear();
    for (let at = this.#head, i = 0; at < this.#tail; at = this.#after(at), i++) {
      const header = this.#buffer.view.getUint32(at);
      order.add(i, at, this.#after(at) - at, header >>> 30 === KIND_CONTROL, header & 0xffff);
    }
    const first = this.#first;
    const stamps = this.#stamps.slice(first, first + this.#count);
    let next = 0;
    this.#rewrite((put) => {
      next = order.serve(max, (i, at, size) => put(at, size, stamps[i]));
    });
    return this.take(next);
  }

  /** Forgets everything. */
  clear(): void {
    this.#head =
      this.#tail =
      this.#first =
      this.#count =
        0;
  }

  get #isCrowded(): boolean {
    return this.#count >= MAX_RECORDS || this.#first + this.#count >= this.#stamps.length;
  }

  #after(at: number): number {
    return at + RECORD_HEADER + (this.#buffer.view.getUint32(at) >>> 16 & MAX_RECORD_BODY);
  }

  /** Makes room for a record at the tail; false where there is none for one of its kind. */
  #makeRoom(
    kind: number,
    source: Uint8Array,
    offset: number,
    length: number,
    now: number,
  ): boolean {
    const size = RECORD_HEADER + length;
    const isFull = this.waiting + size > DATA_LIMIT || this.#count >= MAX_RECORDS;
    if (!isFull) this.#moveToFront();
    else if (this.hasOlder(now - MAX_AGE)) this.#dropHalf(now - MAX_AGE);
    const urgent = kind !== KIND_SESSION || isUrgent(source, offset, length);
    const limit = urgent ? DATA_LIMIT + CONTROL_RESERVE : DATA_LIMIT;
    return this.waiting + size <= limit && this.#count < MAX_RECORDS;
  }

  #moveToFront(): void {
    const from = this.#buffer;
    const [head, tail, first, count] = [this.#head, this.#tail, this.#first, this.#count];
    if (this.#inFlight === this.#spare) from.bytes.copyWithin(0, head, tail);
    else {
      this.#spare.bytes.set(from.bytes.subarray(head, tail));
      [this.#buffer, this.#spare] = [this.#spare, from];
    }
    this.#stamps.copyWithin(0, first, first + count);
    this.#head = this.#first = 0;
    this.#tail = tail - head;
  }

  /** Drops half of what waits at once, so that the work is done once for many records. */
  #dropHalf(time: number): void {
    this.#gaveWay = true;
    let [bytes, records] = [this.waiting / 2, this.#count / 2];
    this.#drop("queue-full", (size, stamp) => {
      if (bytes <= 0 || records <= 0 || stamp >= time) return false;
      bytes -= size;
      records--;
      return true;
    });
  }

  /** Drops the session data that `choose` names; it is asked from the oldest record on. */
  #drop(reason: QueueDrop, choose: (size: number, stamp: number) => boolean): void {
    const [head, tail, first] = [this.#head, this.#tail, this.#first];
    const stamps = this.#stamps;
    this.#rewrite((put) => {
      for (let at = head, i = first; at < tail; i++) {
        const size = this.#after(at) - at;
        if (this.#isData(at) && choose(size, stamps[i])) this.#dropped(reason);
        else put(at, size, stamps[i]);
        at += size;
      }
    });
  }

  /** Writes the queue anew with the records that `fill` puts, each given by its old place. */
  #rewrite(fill: (put: (at: number, size: number, stamp: number) => void) => void): void {
    const from = this.#buffer;
    const to = this.#inFlight === this.#spare ? from : this.#spare;
    let tail = 0;
    let count = 0;
    fill((at, size, stamp) => {
      if (to === from) to.bytes.copyWithin(tail, at, at + size);
      else to.bytes.set(from.bytes.subarray(at, at + size), tail);
      tail += size;
      this.#stamps[count++] = stamp;
    });
    if (to !== from) [this.#buffer, this.#spare] = [to, from];
    this.#head = this.#first = 0;
    this.#tail = tail;
    this.#count = count;
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
