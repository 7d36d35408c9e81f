import { isControlProtocol, pppProtocol } from "../../pppoe/ppp.ts";
import {
  CONTROL_RESERVE,
  DATA,
  DATA_LIMIT,
  DISCOVERY,
  DISCOVERY_LIMIT,
  EXCESS,
  isDroppable,
  OWN,
  PPP_CONTROL,
  QueueShares,
  weightOf,
} from "./queue_shares.ts";
import { KIND_CONTROL, KIND_SESSION, RECORD_HEADER, recordHeader } from "./record.ts";
import { MAX_RECORD, RecordRing } from "./record_ring.ts";
import { NONE, PREFERRED, QUANTUM, RoundRobin } from "./round_robin.ts";

export { CONTROL_RESERVE, DATA_LIMIT, MAX_RECORDS } from "./queue_shares.ts";

/** Age from which session data may be dropped in favour of new data, in milliseconds. */
export const MAX_AGE = 10;
/** Bytes for waiting records, records in flight, and the holes that fair taking leaves. */
const CAPACITY = DATA_LIMIT + CONTROL_RESERVE + 64 * 1024 + 256 * 1024;
/** Minimum weight offered between two passes over the queue, which bounds the cost per byte. */
const PASS_EVERY = DATA_LIMIT / 2;
/** Marks a flow that is empty, or not served since it was. Takes are numbered from 1. */
const NEVER = 0;
const MAX_TAKES = 0xffff_fffe;
/** Returned instead of a class if there is no room. */
const REFUSED = 0;

/**
 * Why a waiting record was dropped. "control-excess": PPP control beyond its session's share, which
 * is treated as data.
 */
export type QueueDrop = "queue-full" | "queue-stale" | "control-excess";

/**
 * Outgoing records, in the order of their arrival or, with `takeFairly`, the sessions in turn.
 * Limits bound what each class and each session may have waiting (`queue_shares.ts`). The work per
 * record is constant on average, however much waits.
 */
export class RecordQueue {
  #ring = new RecordRing(CAPACITY);
  #shares = new QueueShares();
  /** The turns of the sessions; used only while records are taken fairly. */
  #order: RoundRobin | undefined;
  #isFair = false;
  /** Buffer for the records of a fair take. */
  #gathered = new Uint8Array(0);
  /** By waiting flow: the number of the take in which it was last served. */
  #servedIn = new Uint32Array(PREFERRED + 1);
  #takes = 0;
  #waiting = 0;
  #gaveWay = false;
  /** Weight of data offered since the last pass over the queue. */
  #offered = PASS_EVERY;
  #dropped: (reason: QueueDrop) => void;

  constructor(dropped: (reason: QueueDrop) => void) {
    this.#dropped = dropped;
  }

  /** Bytes waiting. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Whether discovery without a session takes half of its room. */
  get isDiscoveryFull(): boolean {
    return this.#shares.discovery >= DISCOVERY_LIMIT / 2;
  }

  /** Weight copied within the queue since it was created: its work beyond what it must do. */
  get copied(): number {
    return this.#ring.copied;
  }

  /** How long the oldest record has waited at `now`, in milliseconds; 0 if none waits. */
  age(now: number): number {
    return Math.max(0, now - this.#ring.oldest);
  }

  /** Whether a record older than `time` waits, or records were dropped since the last take. */
  hasOlder(time: number): boolean {
    return this.#gaveWay || this.#ring.oldest < time;
  }

  /**
   * Adds a record with the body `source[offset, offset + length)`, which is copied. If there is no
   * room for data, drops data of sessions with more than their share waiting. Returns false, and
   * adds nothing, if there is still no room.
   */
  add(
    kind: number,
    handle: number,
    source: Uint8Array,
    offset: number,
    length: number,
    now: number,
  ): boolean {
    const weight = weightOf(RECORD_HEADER + length);
    const of = this.#admit(kind, handle, source, offset, length, now);
    if (of === REFUSED) return false;
    const header = recordHeader(kind, length, handle);
    let slot = this.#ring.append(header, source, offset, length, now, of);
    if (slot < 0) {
      if (!this.#ring.hasHoles || !this.#ring.canRewrite) return false;
      this.#rewrite(() => true);
      slot = this.#ring.append(header, source, offset, length, now, of);
      if (slot < 0) return false;
    }
    this.#waiting += RECORD_HEADER + length;
    const flow = flowOf(header);
    this.#shares.add(of, flow & 0xffff, weight);
    if (this.#isFair) this.#order?.push(flow, slot);
    return true;
  }

  /** Takes whole records of at most `max` bytes, in order. Valid until the next take. */
  take(max: number): Uint8Array {
    if (this.#isFair) this.#endTurns();
    this.#gaveWay = false;
    const ring = this.#ring;
    if (ring.count > 0 && ring.isWithin(max)) {
      this.#waiting = 0;
      this.#shares.clear();
      return ring.take(ring.count);
    }
    const count = ring.count === 0 ? 0 : ring.reach(max);
    for (let i = 0; i < count; i++) this.#forget(ring.slot(i));
    return ring.take(count);
  }

  /** Frees the bytes taken last. Call this when they have been sent. */
  sent(): void {
    this.#ring.sent();
  }

  /**
   * Takes control records and then, up to `max` bytes, the sessions in turn (deficit round robin).
   * If a session had more waiting than the last take had room for, drops its data older than
   * `oldest`, except one turn's worth: a session that sends less than its share does not cause the
   * queue. Nothing taken earlier may be in flight.
   */
  takeFairly(max: number, oldest: number): Uint8Array {
    const order = this.#isFair && this.#order || this.#beginTurns();
    const ring = this.#ring;
    const room = Math.max(max, MAX_RECORD);
    if (this.#gathered.length < room) this.#gathered = new Uint8Array(room);
    this.#gaveWay = false;
    this.#takes = this.#takes % MAX_TAKES + 1;
    let length = 0;
    for (let slot = order.front(); slot !== NONE; slot = order.front()) {
      const size = ring.sizes[slot];
      const flow = flowOf(ring.header(slot));
      const stale = ring.stamps[slot] < oldest && this.#stands(flow) &&
        this.#giveWay(slot, "queue-stale", QUANTUM);
      if (!stale && length > 0 && length + size > max) break;
      const isEmpty = order.pop(!stale);
      this.#forget(slot);
      this.#servedIn[flow] = isEmpty ? NEVER : stale ? this.#servedIn[flow] : this.#takes;
      if (stale) {
        ring.remove(slot);
      } else {
        ring.moveTo(slot, this.#gathered, length);
        length += size;
      }
    }
    if (ring.count === 0) this.#shares.clear();
    return this.#gathered.subarray(0, length);
  }

  /** Whether a session was served in an earlier take and has had records waiting since. */
  #stands(flow: number): boolean {
    return this.#servedIn[flow] !== NEVER && this.#servedIn[flow] !== this.#takes;
  }

  /** Empties the queue. */
  clear(): void {
    if (this.#isFair) this.#order?.clear();
    this.#isFair = false;
    this.#ring.clear();
    this.#shares.clear();
    this.#waiting = 0;
  }

  /** The class of a record, or REFUSED if it may not wait. */
  #admit(
    kind: number,
    handle: number,
    source: Uint8Array,
    offset: number,
    length: number,
    now: number,
  ): number {
    const weight = weightOf(RECORD_HEADER + length);
    if (kind === KIND_CONTROL) return this.#shares.admitsOwn(weight) ? OWN : REFUSED;
    if (kind !== KIND_SESSION) {
      if (!this.#shares.admitsDiscovery(handle, weight)) return REFUSED;
      return handle === 0 ? DISCOVERY : OWN;
    }
    const isControl = isControlProtocol(pppProtocol(source, offset, length));
    if (isControl && this.#shares.admitsPpp(handle, weight)) return PPP_CONTROL;
    if (!this.#makeRoom(handle, weight, now)) return REFUSED;
    return isControl ? EXCESS : DATA;
  }

  /** Makes room for data of this weight; false if its session already has its share. */
  #makeRoom(handle: number, weight: number, now: number): boolean {
    this.#offered += weight;
    if (this.#shares.data + weight <= DATA_LIMIT) return true;
    const due = this.hasOlder(now - MAX_AGE) || this.#shares.isWithinShare(handle, weight);
    if (due && this.#offered >= PASS_EVERY && this.#ring.canRewrite) this.#thinOut();
    return this.#shares.data + weight <= DATA_LIMIT;
  }

  /**
   * Cuts every session to its part of half the room, keeping the newest and at least one record.
   * One pass makes room for many records.
   */
  #thinOut(): void {
    const share = this.#shares.data / (2 * this.#shares.flows);
    this.#offered = 0;
    this.#gaveWay = true;
    this.#rewrite((slot) => {
      const excess = this.#shares.dataOf(this.#ring.header(slot) & 0xffff) > share;
      if (!excess || !this.#giveWay(slot, "queue-full", 1)) return true;
      this.#forget(slot);
      return false;
    });
  }

  /** Whether to drop a record, which is counted: only if its session keeps `rest` bytes of data. */
  #giveWay(slot: number, reason: QueueDrop, rest: number): boolean {
    const of = this.#ring.classes[slot];
    if (!isDroppable(of)) return false;
    const data = this.#shares.dataOf(this.#ring.header(slot) & 0xffff);
    if (data - weightOf(this.#ring.sizes[slot]) < rest) return false;
    this.#dropped(of === EXCESS ? "control-excess" : reason);
    return true;
  }

  /** Subtracts a record that no longer waits; the caller decides what happens to it. */
  #forget(slot: number): void {
    const size = this.#ring.sizes[slot];
    this.#waiting -= size;
    const flow = flowOf(this.#ring.header(slot));
    this.#shares.remove(this.#ring.classes[slot], flow & 0xffff, weightOf(size));
  }

  #beginTurns(): RoundRobin {
    this.#isFair = true;
    this.#servedIn.fill(NEVER);
    this.#order ??= new RoundRobin(this.#ring.sizes);
    this.#listTurns(this.#order);
    return this.#order;
  }

  #endTurns(): void {
    this.#isFair = false;
    this.#order?.clear();
    if (this.#ring.hasHoles) this.#ring.rewrite(() => true);
  }

  #listTurns(order: RoundRobin): void {
    for (let i = 0; i < this.#ring.count; i++) {
      const slot = this.#ring.slot(i);
      order.push(flowOf(this.#ring.header(slot)), slot);
    }
  }

  #rewrite(keeps: (slot: number) => boolean): void {
    this.#ring.rewrite(keeps);
    if (!this.#isFair || this.#order === undefined) return;
    this.#order.renumber();
    this.#listTurns(this.#order);
  }
}

/** The flow that a record belongs to: its handle's, or PREFERRED. */
function flowOf(header: number): number {
  return header >>> 30 === KIND_CONTROL ? PREFERRED : header & 0xffff;
}
