import { BySize } from "../../limits/by_size.ts";

/** Priority of a waiting customer, highest first. */
export const Standing = {
  /** Has, or recently had, a session. */
  known: 0,
  /** Has asked before without success. */
  returning: 1,
  /** Not seen before. */
  fresh: 2,
  /** Was served recently, without a session as the result. */
  served: 3,
} as const;
export type Standing = typeof Standing[keyof typeof Standing];

/** Turns of an owner, in a cycle of 16; a turn without a waiter goes to the best one waiting. */
const TURNS: readonly Standing[] = [0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0, 0];
/** Share of an owner's places that no better standing can take from this one. */
const KEPT: readonly number[] = [1 / 2, 1 / 8, 1 / 8, 1 / 16];
/** Above this share of all places, unknown customers are dropped at random, increasingly often. */
const EARLY = 3 / 4;

/** A first-in, first-out queue; both ends in constant time. */
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

/** The waiting items of one owner. */
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

  /** Returns the queue that makes room for this standing, or for another owner. */
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
 * A bounded fair queue: owners take turns, and an item waits only behind those of its own owner.
 * Within an owner, known customers come first, while the others keep a share of turns and places.
 * When all places are taken, the owner with the most items loses one. The cost does not depend on
 * the length.
 */
export class FairQueue<Owner, Item> {
  #lines = new Map<Owner, Line<Item>>();
  #bySize = new BySize<Line<Item>>();
  #size = 0;
  #random: () => number;

  /** `random` returns numbers in [0, 1). */
  constructor(random: () => number) {
    this.#random = random;
  }

  get size(): number {
    return this.#size;
  }

  /** Whether one more item may wait, given this number of places. */
  accepts(owner: Owner, standing: Standing, places: number): boolean {
    const line = this.#lines.get(owner);
    const hasShare = line !== undefined && line.size * this.#lines.size > EARLY * places;
    if (hasShare && standing >= Standing.fresh) {
      // Items of lower standing are displaced first.
      const below = standing === Standing.fresh ? line.queues[Standing.served].length : 0;
      const excess = this.#size - below - EARLY * places;
      if (this.#random() * (1 - EARLY) * places < excess) return false;
    }
    if (this.#size < places || this.#bySize.largest > (line?.size ?? 0) + 1) return true;
    return line?.giving(standing) !== undefined;
  }

  /** Adds an accepted item; returns the item that it displaces, if any. */
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

  /** Removes and returns the next item, of the owner whose turn it is. */
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

  /** Removes all items of an owner. */
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

  /** Updates the totals after a line has changed its size. */
  #resized(line: Line<Item>, before: number): void {
    this.#size += line.size - before;
    this.#bySize.resize(line, before, line.size);
  }
}
