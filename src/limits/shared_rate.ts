import { Bucket, type Rate } from "./rate.ts";

/** How a rate is shared. */
export interface Shares {
  /** Guaranteed to each owner, whatever the others use. */
  readonly floor: Rate;
  /** Maximum of one owner, in addition to its floor. */
  readonly each: Rate;
  /** Maximum of all owners together, in addition to their floors. */
  readonly all: Rate;
}

interface OwnBuckets {
  floor: Bucket;
  each: Bucket;
}

/** A rate shared by many owners, none of which can use up the others' guaranteed part. */
export class SharedRate<Owner extends object> {
  #shares: Shares;
  #own = new WeakMap<Owner, OwnBuckets>();
  #all = new Bucket();

  constructor(shares: Shares) {
    this.#shares = shares;
  }

  /** Applies new shares; tokens already taken still count. */
  reconfigure(shares: Shares): void {
    this.#shares = shares;
  }

  /** Takes a token for an owner; returns false if it may have no more. */
  take(owner: Owner, now: number): boolean {
    const { floor, each, all } = this.#shares;
    let own = this.#own.get(owner);
    if (own === undefined) this.#own.set(owner, own = { floor: new Bucket(), each: new Bucket() });
    if (own.floor.take(floor, now)) return true;
    return own.each.take(each, now) && this.#all.take(all, now);
  }
}
