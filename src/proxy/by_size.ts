/** Things by how much each of them has; the one that has most is found in constant time. */
export class BySize<Item> {
  #groups: (Set<Item> | undefined)[] = [];
  #largest = 0;

  /** What the one that has most has. */
  get largest(): number {
    return this.#largest;
  }

  /** One that has most; undefined where none has anything. */
  first(): Item | undefined {
    for (const item of this.#groups[this.#largest] ?? []) return item;
    return undefined;
  }

  /** What one has has changed; with 0 it is forgotten. */
  resize(item: Item, before: number, after: number): void {
    const left = this.#groups[before];
    left?.delete(item);
    if (left?.size === 0) this.#groups[before] = undefined;
    if (after > 0) (this.#groups[after] ??= new Set()).add(item);
    this.#largest = Math.max(this.#largest, after);
    while (this.#largest > 0 && this.#groups[this.#largest] === undefined) this.#largest--;
  }
}
