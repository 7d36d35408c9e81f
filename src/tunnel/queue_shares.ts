/**
 * What a queue's records are worth, who they belong to and how much of each may wait.
 *
 * A record weighs its bytes, and at least {@linkcode MIN_WEIGHT}: so the limits bound the number
 * of records, too.
 */
import { QUANTUM } from "./round_robin.ts";

/** Session data may wait in this many bytes. */
export const DATA_LIMIT = 512 * 1024;
/** Least weight of a record. Bytes. */
export const MIN_WEIGHT = 32;

/** Session data. */
export const DATA = 1;
/** PPP control beyond what its session may have waiting: dropped as data is. */
export const EXCESS = 2;
/** PPP control of a session: LCP, authentication, NCPs. */
export const PPP_CONTROL = 3;
/** Discovery of no session yet. */
export const DISCOVERY = 4;
/** The tunnel's own records, and discovery that opens or ends a session. */
export const OWN = 5;

/** Limits of what is never dropped once it waits, each its own. Bytes. */
export const PPP_CONTROL_LIMIT = 64 * 1024;
export const DISCOVERY_LIMIT = 128 * 1024;
export const OWN_LIMIT = 512 * 1024; // the ends of 10,000 sessions at once, and room beside
/** What of the two latter and of PPP control one session may have waiting. Bytes. */
export const SESSION_CONTROL_LIMIT = 16 * 1024;
/** Room beside the data for what is never dropped once it waits. Bytes. */
export const CONTROL_RESERVE = PPP_CONTROL_LIMIT + DISCOVERY_LIMIT + OWN_LIMIT;
/** Records of data that may wait. */
export const MAX_RECORDS = DATA_LIMIT / MIN_WEIGHT;

/** What a record of `size` bytes counts for. */
export function weightOf(size: number): number {
  return size < MIN_WEIGHT ? MIN_WEIGHT : size;
}

/** Whether records of this class give way where there is no room. */
export function isDroppable(of: number): boolean {
  return of <= EXCESS;
}

/** Counts what waits, in all and by session. An empty queue is forgotten in one step. */
export class QueueShares {
  /** Weight of the records that give way. */
  data = 0;
  /** Sessions that have such records. */
  flows = 0;
  #control = new Int32Array(OWN + 1);
  /** By handle; valid where the epoch is the present one. */
  #epochs = new Uint32Array(0x10000);
  #dataOf = new Int32Array(0x10000);
  #controlOf = new Int32Array(0x10000);
  #epoch = 1;

  /** Weight of a session's records that give way. */
  dataOf(handle: number): number {
    return this.#epochs[handle] === this.#epoch ? this.#dataOf[handle] : 0;
  }

  /** Whether a session's control may wait: its own share and all sessions' are not used up. */
  admitsPpp(handle: number, weight: number): boolean {
    return this.#admits(PPP_CONTROL, weight, PPP_CONTROL_LIMIT) && this.#admitsOf(handle, weight);
  }

  /** Whether discovery may wait; `handle` is 0 where there is no session yet. */
  admitsDiscovery(handle: number, weight: number): boolean {
    if (handle === 0) return this.#admits(DISCOVERY, weight, DISCOVERY_LIMIT);
    return this.admitsOwn(weight) && this.#admitsOf(handle, weight);
  }

  /** Whether a record of the tunnel's own may wait. */
  admitsOwn(weight: number): boolean {
    return this.#admits(OWN, weight, OWN_LIMIT);
  }

  /** A record waits; `handle` is 0 for what belongs to no session. */
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

  /** It no longer does. */
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

  /** Whether a session would have no more than its fair share with so much in addition. */
  isWithinShare(handle: number, weight: number): boolean {
    const flows = this.flows + (this.dataOf(handle) === 0 ? 1 : 0);
    return this.dataOf(handle) + weight <= Math.max(QUANTUM, DATA_LIMIT / flows);
  }

  /** Nothing waits. */
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
