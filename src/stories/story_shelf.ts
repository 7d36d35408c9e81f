import { TokenBucket } from "../limits/token_bucket.ts";
import type { Mac } from "../pppoe/mac.ts";
import { Story, type StoryNews } from "./story.ts";

/** How sure it is that an address is a customer's: it may have asked once, again, or been served. */
export const RANKS = [0, 1, 2] as const;
export type Rank = typeof RANKS[number];
const SERVED: Rank = 2;

/** Stories that an owner's unknown addresses may begin: a host can forge any number of addresses. */
const NEWCOMERS = { rate: 16, burst: 256 };
/** Minimum time until a request counts as asked again, in milliseconds (RFC 2516 section 8). */
const SOONEST_RETURN = 1_000;

/** A customer's story in a book. */
export interface Shelved {
  readonly owner: string;
  readonly customer: Mac;
  readonly story: Story;
  rank: Rank;
  /** Whether the store has a row of it. */
  isStored: boolean;
}

/** The stories of one owner's customers, by rank, each ordered by last use. */
export class StoryShelf {
  readonly ranks: readonly Map<Mac, Shelved>[] = RANKS.map(() => new Map());
  #owner: string;
  #newcomers = new TokenBucket(NEWCOMERS);

  constructor(owner: string) {
    this.#owner = owner;
  }

  get isEmpty(): boolean {
    return this.ranks.every(({ size }) => size === 0);
  }

  find(customer: Mac): Shelved | undefined {
    for (const rank of this.ranks) {
      const shelved = rank.get(customer);
      if (shelved !== undefined) return shelved;
    }
    return undefined;
  }

  /** Returns a customer's story; undefined if it has none and too many have begun one. */
  open(customer: Mac, { kind }: StoryNews, now: number): Shelved | undefined {
    const isProven = kind === "opened" || kind === "closed";
    return this.find(customer) ??
      (isProven || this.#newcomers.take(now) ? this.put(customer, new Story(), 0) : undefined);
  }

  put(customer: Mac, story: Story, rank: Rank): Shelved {
    const shelved = { owner: this.#owner, customer, story, rank, isStored: false };
    this.ranks[rank].set(customer, shelved);
    return shelved;
  }

  /** Notes that a story was used for these news, which may raise its rank. */
  use(shelved: Shelved, news: StoryNews): void {
    this.remove(shelved);
    shelved.rank = Math.max(shelved.rank, rankOf(shelved.story, news)) as Rank;
    this.ranks[shelved.rank].set(shelved.customer, shelved);
  }

  remove({ rank, customer }: Shelved): void {
    this.ranks[rank].delete(customer);
  }
}

function rankOf({ entries }: Story, { kind, at }: StoryNews): Rank {
  if (kind === "opened" || kind === "closed") return SERVED;
  return entries.length > 0 && at - entries[0].at >= SOONEST_RETURN ? 1 : 0;
}
