/** Groups items by size; finds an item of the largest size in constant time. */
export class BySize<Item> {
  #groups: (Set<Item> | undefined)[] = [];
  #largest = 0;

  /** Size of the largest item. */
  get largest(): number {
    return this.#largest;
  }

  /** Returns one of the largest items; undefined if all are empty. */
  first(): Item | undefined {
    for (const item of this.#groups[this.#largest] ?? []) return item;
    return undefined;
  }

  /** Updates an item's size; size 0 removes it. */
  resize(item: Item, before: number, after: number): void {
    const left = this.#groups[before];
    left?.delete(item);
    if (left?.size === 0) this.#groups[before] = undefined;
    if (after > 0) (this.#groups[after] ??= new Set()).add(item);
    this.#largest = Math.max(this.#largest, after);
    while (this.#largest > 0 && this.#groups[this.#largest] === undefined) this.#largest--;
  }
}
