import { Bucket, type Rate } from "./rate.ts";

/** How a rate is shared. */
export interface Shares {
  /** What each owner may have whatever the others do. */
  readonly floor: Rate;
  /** What one owner may have at most, its floor apart. */
  readonly each: Rate;
  /** What all may have together, their floors apart. */
  readonly all: Rate;
}

interface OwnBuckets {
  floor: Bucket;
  each: Bucket;
}

/** One rate for many owners: none can use up what the others need to get by. */
export class SharedRate<Owner extends object> {
  #shares: Shares;
  #own = new WeakMap<Owner, OwnBuckets>();
  #all = new Bucket();

  constructor(shares: Shares) {
    this.#shares = shares;
  }

  /** Takes over other shares. What was taken counts on. */
  reconfigure(shares: Shares): void {
    this.#shares = shares;
  }

  /** Takes one for an owner; false where it may have no more. */
  take(owner: Owner, now: number): boolean {
    const { floor, each, all } = this.#shares;
    let own = this.#own.get(owner);
    if (own === undefined) this.#own.set(owner, own = { floor: new Bucket(), each: new Bucket() });
    if (own.floor.take(floor, now)) return true;
    return own.each.take(each, now) && this.#all.take(all, now);
  }
}
