import { BySize } from "./by_size.ts";

/** Who asks, the most welcome first. */
export const Standing = {
  /** Has, or lately had, a session. */
  known: 0,
  /** Has asked in vain before. */
  returning: 1,
  /** Never heard of. */
  fresh: 2,
  /** Has been served lately, and nothing came of it. */
  served: 3,
} as const;
export type Standing = typeof Standing[keyof typeof Standing];

/** Of 16 turns of an owner; a standing of which nobody waits leaves its turns to the best that is there. */
const TURNS: readonly Standing[] = [0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0, 0];
/** The part of an owner's places that no better standing can take from this one. */
const KEPT: readonly number[] = [1 / 2, 1 / 8, 1 / 8, 1 / 16];
/** Where more than this part of all places is taken, strangers are dropped at random, the more the fewer are left. */
const EARLY = 3 / 4;

/** First in, first out; both ends in constant time. */
class Fifo<Item> {
  #items: (Item | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  pop(): Item | undefined {
    return this.length === 0 ? undefined : this.#items.pop();
  }

  shift(): Item | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head * 2 > this.#items.length) {
      this.#items.splice(0, this.#head);
      this.#head = 0;
    }
    return item;
  }
}

/** What waits of one owner. */
class Line<Item> {
  readonly queues = [new Fifo<Item>(), new Fifo<Item>(), new Fifo<Item>(), new Fifo<Item>()];
  size = 0;
  #turn = 0;

  push(standing: Standing, item: Item): void {
    this.queues[standing].push(item);
    this.size++;
  }

  shift(): Item | undefined {
    const turn = this.queues[TURNS[this.#turn++ % TURNS.length]];
    const queue = turn.length > 0 ? turn : this.queues.find(({ length }) => length > 0);
    if (queue !== undefined) this.size--;
    return queue?.shift();
  }

  /** The queue that makes room for one of this standing, or for another owner's. */
  giving(standing?: Standing): Fifo<Item> | undefined {
    const kept = (of: number) => Math.floor(this.size * KEPT[of]);
    const isShort = standing === undefined || this.queues[standing].length < kept(standing);
    for (let of = this.queues.length - 1; of >= 0; of--) {
      const isBelow = standing !== undefined && of > standing;
      if (this.queues[of].length > kept(of) && (isBelow || isShort)) return this.queues[of];
    }
    return undefined;
  }
}

/**
 * A bounded queue that is fair: owners take turns, each behind its own, and of one owner's the
 * customers that are known come first, while a part of turns and places stays with the others. Where
 * all places are taken, the owner that has most gives way. Everything costs the same however many
 * wait.
 */
export class FairQueue<Owner, Item> {
  #lines = new Map<Owner, Line<Item>>();
  #bySize = new BySize<Line<Item>>();
  #size = 0;
  #random: () => number;

  /** `random` gives numbers in [0, 1). */
  constructor(random: () => number) {
    this.#random = random;
  }

  get size(): number {
    return this.#size;
  }

  /** Whether one more may wait, where there are so many places. */
  accepts(owner: Owner, standing: Standing, places: number): boolean {
    const line = this.#lines.get(owner);
    const hasShare = line !== undefined && line.size * this.#lines.size > EARLY * places;
    if (hasShare && standing >= Standing.fresh) {
      // What is less welcome gives way first.
      const below = standing === Standing.fresh ? line.queues[Standing.served].length : 0;
      const excess = this.#size - below - EARLY * places;
      if (this.#random() * (1 - EARLY) * places < excess) return false;
    }
    if (this.#size < places || this.#bySize.largest > (line?.size ?? 0) + 1) return true;
    return line?.giving(standing) !== undefined;
  }

  /** Adds one that was accepted; returns what has to give way for it. */
  push(owner: Owner, standing: Standing, item: Item, places: number): Item | undefined {
    let line = this.#lines.get(owner);
    let victim: Item | undefined;
    if (this.#size >= places) victim = this.#makeRoom(line, standing);
    line = this.#lines.get(owner);
    if (line === undefined) this.#lines.set(owner, line = new Line());
    line.push(standing, item);
    this.#resized(line, line.size - 1);
    return victim;
  }

  /** The next one, of the owner whose turn it is. */
  shift(): Item | undefined {
    for (const [owner, line] of this.#lines) {
      this.#lines.delete(owner);
      const item = line.shift();
      this.#resized(line, line.size + 1);
      if (line.size > 0) this.#lines.set(owner, line);
      return item;
    }
    return undefined;
  }

  /** Forgets what waits of an owner. */
  removeOwner(owner: Owner): void {
    const line = this.#lines.get(owner);
    if (line === undefined) return;
    const { size } = line;
    line.size = 0;
    this.#lines.delete(owner);
    this.#resized(line, size);
  }

  #makeRoom(own: Line<Item> | undefined, standing: Standing): Item | undefined {
    const isLonger = this.#bySize.largest > (own?.size ?? 0) + 1;
    const line = isLonger || own === undefined ? this.#bySize.first() : own;
    const item = (isLonger ? line?.giving() : line?.giving(standing))?.pop();
    if (line === undefined || item === undefined) return undefined;
    line.size--;
    this.#resized(line, line.size + 1);
    return item;
  }

  /** Keeps the books of a line that had another size before. */
  #resized(line: Line<Item>, before: number): void {
    this.#size += line.size - before;
    this.#bySize.resize(line, before, line.size);
  }
}
