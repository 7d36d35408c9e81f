import { type Rate, rescale, take } from "./rate.ts";

/** How a rate is shared. */
export interface Shares {
  /** Guaranteed to each owner, whatever the others use. */
  readonly floor: Rate;
  /** Maximum of one owner, in addition to its floor. */
  readonly each: Rate;
  /** Maximum of all owners together, in addition to their floors. */
  readonly all: Rate;
}

/** The bucket of all owners: when it is full again, in milliseconds, at the rate in `shares`. */
interface CommonBucket {
  shares: Shares;
  all: number;
}

/** The buckets of one owner: when each is full again, in milliseconds, at the rates in `shares`. */
interface OwnBuckets {
  shares: Shares;
  floor: number;
  each: number;
}

/** A rate shared by many owners, none of which can use up the others' guaranteed part. */
export class SharedRate<Owner extends object> {
  #shares: Shares;
  #own = new WeakMap<Owner, OwnBuckets>();
  #common: CommonBucket;

  constructor(shares: Shares) {
    this.#shares = shares;
    this.#common = { shares, all: 0 };
  }

  /** Applies new shares; tokens already taken still count. */
  reconfigure(shares: Shares): void {
    this.#shares = shares;
  }

  /** Takes a token for an owner; returns false if it may have no more. */
  take(owner: Owner, now: number): boolean {
    const shares = this.#shares;
    const own = this.#ownOf(owner, now);
    const floor = take(own.floor, shares.floor, now);
    if (floor !== undefined) {
      own.floor = floor;
      return true;
    }
    const each = take(own.each, shares.each, now);
    if (each === undefined) return false;
    own.each = each;
    const common = this.#commonOf(now);
    const all = take(common.all, shares.all, now);
    if (all === undefined) return false;
    common.all = all;
    return true;
  }

  #ownOf(owner: Owner, now: number): OwnBuckets {
    const shares = this.#shares;
    const own = this.#own.get(owner) ?? { shares, floor: 0, each: 0 };
    this.#own.set(owner, own);
    if (own.shares !== shares) {
      own.floor = rescale(own.floor, own.shares.floor, shares.floor, now);
      own.each = rescale(own.each, own.shares.each, shares.each, now);
      own.shares = shares;
    }
    return own;
  }

  #commonOf(now: number): CommonBucket {
    const [common, shares] = [this.#common, this.#shares];
    if (common.shares !== shares) {
      common.all = rescale(common.all, common.shares.all, shares.all, now);
      common.shares = shares;
    }
    return common;
  }
}
