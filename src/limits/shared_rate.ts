import { type Rate, take } from "./rate.ts";

/** How a rate is shared. */
export interface Shares {
  /** Guaranteed to each owner, whatever the others use. */
  readonly floor: Rate;
  /** Maximum of one owner, in addition to its floor. */
  readonly each: Rate;
  /** Maximum of all owners together, in addition to their floors. */
  readonly all: Rate;
}

/** The buckets of one owner: when each is full again, in milliseconds. */
interface OwnBuckets {
  floor: number;
  each: number;
}

/** A rate shared by many owners, none of which can use up the others' guaranteed part. */
export class SharedRate<Owner extends object> {
  #shares: Shares;
  #own = new WeakMap<Owner, OwnBuckets>();
  #all = 0;

  constructor(shares: Shares) {
    this.#shares = shares;
  }

  /** Applies new shares; tokens already taken still count. */
  reconfigure(shares: Shares): void {
    this.#shares = shares;
  }

  /** Takes a token for an owner; returns false if it may have no more. */
  take(owner: Owner, now: number): boolean {
    let own = this.#own.get(owner);
    if (own === undefined) this.#own.set(owner, own = { floor: 0, each: 0 });
    const floor = take(own.floor, this.#shares.floor, now);
    if (floor !== undefined) {
      own.floor = floor;
      return true;
    }
    const each = take(own.each, this.#shares.each, now);
    if (each === undefined) return false;
    own.each = each;
    const all = take(this.#all, this.#shares.all, now);
    if (all === undefined) return false;
    this.#all = all;
    return true;
  }
}
