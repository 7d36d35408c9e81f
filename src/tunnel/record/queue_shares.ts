/**
 * The classes of a queue's records, and how much of each class and session may wait.
 *
 * The weight of a record is its size, but at least {@linkcode MIN_WEIGHT}, so the limits also bound
 * the number of records.
 */
import { QUANTUM } from "./round_robin.ts";

/** Maximum session data waiting, in bytes. */
export const DATA_LIMIT = 512 * 1024;
/** Minimum weight of a record, in bytes. */
export const MIN_WEIGHT = 32;

/** Session data. */
export const DATA = 1;
/** PPP control beyond its session's share: may be dropped like data. */
export const EXCESS = 2;
/** PPP control of a session: LCP, authentication, NCPs. */
export const PPP_CONTROL = 3;
/** Discovery that belongs to no session yet. */
export const DISCOVERY = 4;
/** The tunnel's own records, and discovery that opens or ends a session. */
export const OWN = 5;

/** Separate limits of the classes that are never dropped once queued, in bytes. */
export const PPP_CONTROL_LIMIT = 64 * 1024;
export const DISCOVERY_LIMIT = 128 * 1024;
export const OWN_LIMIT = 512 * 1024; // the ends of 10,000 sessions at once, and spare room
/** Maximum PPP control, discovery and own records of one session, in bytes. */
export const SESSION_CONTROL_LIMIT = 16 * 1024;
/** Room, in addition to the data, for records that are never dropped once queued. Bytes. */
export const CONTROL_RESERVE = PPP_CONTROL_LIMIT + DISCOVERY_LIMIT + OWN_LIMIT;
/** Maximum number of data records waiting. */
export const MAX_RECORDS = DATA_LIMIT / MIN_WEIGHT;

/** Weight of a record of `size` bytes. */
export function weightOf(size: number): number {
  return size < MIN_WEIGHT ? MIN_WEIGHT : size;
}

/** Whether records of this class may be dropped to make room. */
export function isDroppable(of: number): boolean {
  return of <= EXCESS;
}

/** Counts what waits, in total and by session. Clearing takes one step. */
export class QueueShares {
  /** Weight of the droppable records. */
  data = 0;
  /** Number of sessions with droppable records. */
  flows = 0;
  #control = new Int32Array(OWN + 1);
  /** By handle; the counters of a handle are valid if its epoch is the current one. */
  #epochs = new Uint32Array(0x10000);
  #dataOf = new Int32Array(0x10000);
  #controlOf = new Int32Array(0x10000);
  #epoch = 1;

  /** Weight of the discovery records that belong to no session yet. */
  get discovery(): number {
    return this.#control[DISCOVERY];
  }

  /** Weight of a session's droppable records. */
  dataOf(handle: number): number {
    return this.#epochs[handle] === this.#epoch ? this.#dataOf[handle] : 0;
  }

  /**
   * Whether a session's PPP control may wait: neither its share nor the class's limit is used up.
   */
  admitsPpp(handle: number, weight: number): boolean {
    return this.#admits(PPP_CONTROL, weight, PPP_CONTROL_LIMIT) && this.#admitsOf(handle, weight);
  }

  /** Whether a discovery record may wait; `handle` is 0 if it belongs to no session yet. */
  admitsDiscovery(handle: number, weight: number): boolean {
    if (handle === 0) return this.#admits(DISCOVERY, weight, DISCOVERY_LIMIT);
    return this.admitsOwn(weight) && this.#admitsOf(handle, weight);
  }

  /** Whether one of the tunnel's own records may wait. */
  admitsOwn(weight: number): boolean {
    return this.#admits(OWN, weight, OWN_LIMIT);
  }

  /** Counts a queued record; `handle` is 0 if it belongs to no session. */
  add(of: number, handle: number, weight: number): void {
    if (this.#epochs[handle] !== this.#epoch) {
      this.#epochs[handle] = this.#epoch;
      this.#dataOf[handle] = this.#controlOf[handle] = 0;
    }
    if (of > EXCESS) {
      this.#control[of] += weight;
      this.#controlOf[handle] += weight;
      return;
    }
    if (this.#dataOf[handle] === 0) this.flows++;
    this.#dataOf[handle] += weight;
    this.data += weight;
  }

  /** Counts a record that has left the queue. */
  remove(of: number, handle: number, weight: number): void {
    if (of > EXCESS) {
      this.#control[of] -= weight;
      this.#controlOf[handle] -= weight;
      return;
    }
    this.#dataOf[handle] -= weight;
    this.data -= weight;
    if (this.#dataOf[handle] === 0) this.flows--;
  }

  /** Whether a session stays within its fair share with an additional `weight`. */
  isWithinShare(handle: number, weight: number): boolean {
    const flows = this.flows + (this.dataOf(handle) === 0 ? 1 : 0);
    return this.dataOf(handle) + weight <= Math.max(QUANTUM, DATA_LIMIT / flows);
  }

  /** Resets all counters, for an empty queue. */
  clear(): void {
    this.#epoch = this.#epoch + 1 >>> 0;
    if (this.#epoch === 0) this.#epochs.fill(this.#epoch++);
    this.data = this.flows = 0;
    this.#control.fill(0);
  }

  #admits(of: number, weight: number, limit: number): boolean {
    return this.#control[of] + weight <= limit;
  }

  #admitsOf(handle: number, weight: number): boolean {
    const waits = this.#epochs[handle] === this.#epoch ? this.#controlOf[handle] : 0;
    return waits === 0 || waits + weight <= SESSION_CONTROL_LIMIT;
  }
}
