import type { Mac } from "../pppoe/mac.ts";
import { MAX_AGE, Story, type StoryEntry, type StoryNews } from "./story.ts";
import { type Rank, RANKS, type Shelved, StoryShelf } from "./story_shelf.ts";

/** The story that concerns all customers of an owner: its tunnel's. No host has this address. */
export const TUNNEL: Mac = 0;

/** Interval between searches for what is too old, in milliseconds. */
const FORGET_INTERVAL = 3_600_000;

/** Bounds of a book. */
export interface StoryLimits {
  readonly stories: number;
  /** Characters of all entries as JSON. */
  readonly characters: number;
}

/** Enough for some 10,000 customers with a session each, or for fewer with longer stories. */
const STORY_LIMITS: StoryLimits = { stories: 10_240, characters: 8 * 1024 * 1024 };

/** Where news go. */
export interface StoryWriter {
  /** `owner` is the client's name on a server, and empty on a client. */
  add(owner: string, customer: Mac, news: StoryNews): void;
}

/** A stored story. */
export interface StoredStory {
  readonly owner: string;
  readonly customer: Mac;
  readonly rank: Rank;
  readonly entries: readonly StoryEntry[];
}

/**
 * The stories of all customers, bounded. When there is no room, a story of the lowest rank goes:
 * the least recently used one of the owner with the most. So forged addresses, which have asked once
 * or twice, evict no customer with a session, and one client's customers evict few of another's.
 */
export class StoryBook implements StoryWriter {
  #limits: StoryLimits;
  #now: () => number;
  #changed: () => void;
  #shelves = new Map<string, StoryShelf>();
  #stories = 0;
  #characters = 0;
  #forgottenAt = -Infinity;
  /** Stories that the store has with other entries, or not at all, or still has. */
  #unwritten = new Set<Shelved>();
  /** What the current transaction has written. */
  #written: Shelved[] = [];

  /** `now` is a monotonic clock; `changed` is called when there is something to write. */
  constructor(now: () => number, changed: () => void = () => {}, limits = STORY_LIMITS) {
    this.#now = now;
    this.#changed = changed;
    this.#limits = limits;
  }

  get size(): number {
    return this.#stories;
  }

  get characters(): number {
    return this.#characters;
  }

  /** Number of stories that wait to be written. */
  get waiting(): number {
    return this.#unwritten.size;
  }

  add(owner: string, customer: Mac, news: StoryNews): void {
    if (this.#now() - this.#forgottenAt >= FORGET_INTERVAL) this.forget(news.at);
    const shelf = this.#shelf(owner);
    const shelved = customer === TUNNEL
      ? shelf.find(TUNNEL) ?? shelf.put(TUNNEL, new Story(), 2)
      : shelf.open(customer, news, this.#now());
    if (shelved === undefined) return;
    if (shelved.story.entries.length === 0) this.#stories++;
    const before = shelved.story.length;
    shelf.use(shelved, news);
    shelved.story.add(news);
    this.#characters += shelved.story.length - before;
    this.#makeRoom();
    this.#touch(shelved);
  }

  /** Returns a customer's entries at each owner that has some. */
  find(customer: Mac): { owner: string; entries: readonly StoryEntry[] }[] {
    return [...this.#shelves].flatMap(([owner, shelf]) => {
      const entries = shelf.find(customer)?.story.entries ?? [];
      return entries.length === 0 ? [] : [{ owner, entries }];
    });
  }

  /** Returns the entries of an owner's tunnel. */
  tunnel(owner: string): readonly StoryEntry[] {
    return this.#shelves.get(owner)?.find(TUNNEL)?.story.entries ?? [];
  }

  /** Forgets what is too old at this wall-clock time. */
  forget(time: number): void {
    this.#forgottenAt = this.#now();
    for (const [owner, shelf] of this.#shelves) {
      for (const shelved of shelf.ranks.flatMap((rank) => [...rank.values()])) {
        const { story } = shelved;
        const before = story.length;
        story.forget(time - MAX_AGE);
        this.#characters += story.length - before;
        if (story.entries.length === 0) this.#remove(shelf, shelved);
      }
      if (shelf.isEmpty) this.#shelves.delete(owner);
    }
  }

  /** Takes stories from the store, latest last, as far as there is room. */
  load(stories: Iterable<StoredStory>): void {
    for (const { owner, customer, rank, entries } of stories) {
      const shelf = this.#shelf(owner);
      if (entries.length === 0 || shelf.find(customer) !== undefined) continue;
      const story = new Story();
      for (const entry of entries) story.put(entry);
      this.#stories++;
      this.#characters += story.length;
      shelf.put(customer, story, rank).isStored = true;
      this.#makeRoom();
    }
  }

  /** Schedules everything for writing, because the store has nothing. */
  rewrite(): void {
    for (const shelf of this.#shelves.values()) {
      for (const shelved of shelf.ranks.flatMap((rank) => [...rank.values()])) {
        shelved.isStored = false;
        this.#touch(shelved);
      }
    }
  }

  /**
   * Calls `put` or `remove` for up to `budget` stories, within a transaction; the one that has waited
   * longest is first.
   */
  write(
    budget: number,
    put: (story: StoredStory) => void,
    remove: (owner: string, customer: Mac) => void,
  ): void {
    this.#written = [...this.#unwritten.values().take(budget)];
    for (const shelved of this.#written) {
      const { owner, customer, rank, story } = shelved;
      if (this.#isShelved(shelved)) put({ owner, customer, rank, entries: story.entries });
      else remove(owner, customer);
    }
  }

  /** Called after the transaction of `write` is committed. */
  settle(): void {
    for (const shelved of this.#written) {
      this.#unwritten.delete(shelved);
      shelved.isStored = this.#isShelved(shelved);
    }
    this.#written = [];
  }

  /** Called after the transaction of `write` is rolled back: all of it still waits. */
  revert(): void {
    this.#written = [];
  }

  #shelf(owner: string): StoryShelf {
    const known = this.#shelves.get(owner);
    if (known !== undefined) return known;
    const shelf = new StoryShelf(owner);
    this.#shelves.set(owner, shelf);
    return shelf;
  }

  #isShelved({ owner, customer, story }: Shelved): boolean {
    return this.#shelves.get(owner)?.find(customer)?.story === story;
  }

  #makeRoom(): void {
    const { stories, characters } = this.#limits;
    while (this.#stories > stories || this.#characters > characters) {
      const [shelf, shelved] = this.#leastNeeded();
      if (shelf === undefined || shelved === undefined) return;
      this.#remove(shelf, shelved);
    }
  }

  /** The least recently used story of the lowest rank, of the owner with the most of that rank. */
  #leastNeeded(): [StoryShelf, Shelved] | [] {
    for (const rank of RANKS) {
      let largest: StoryShelf | undefined;
      for (const shelf of this.#shelves.values()) {
        if (shelf.ranks[rank].size > (largest?.ranks[rank].size ?? 0)) largest = shelf;
      }
      for (const shelved of largest?.ranks[rank].values() ?? []) {
        if (shelved.customer !== TUNNEL && largest !== undefined) return [largest, shelved];
      }
    }
    return [];
  }

  #remove(shelf: StoryShelf, shelved: Shelved): void {
    shelf.remove(shelved);
    this.#stories--;
    this.#characters -= shelved.story.length;
    if (shelved.isStored) this.#touch(shelved);
    else this.#unwritten.delete(shelved);
  }

  /** An address that has asked once is not worth a write. */
  #touch(shelved: Shelved): void {
    if (shelved.rank === 0 && !shelved.isStored || this.#unwritten.has(shelved)) return;
    this.#unwritten.add(shelved);
    this.#changed();
  }
}
