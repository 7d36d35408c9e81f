/** How long peers have been without a tunnel. Bounded by the number of names that have had one. */
export class Outages {
  #since = new Map<string, number>();
  #now: () => number;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Records that a peer has lost its tunnel. */
  began(peer: string): void {
    if (!this.#since.has(peer)) this.#since.set(peer, this.#now());
  }

  /** Records that a peer has a tunnel again; returns how long it had none, as a log field. */
  ended(peer: string): { "down_for_s"?: number } {
    const since = this.#since.get(peer);
    this.#since.delete(peer);
    return since === undefined ? {} : { "down_for_s": tenths(this.#now() - since) };
  }
}

/** Converts milliseconds to seconds with one decimal. */
export function tenths(milliseconds: number): number {
  return Math.round(milliseconds / 100) / 10;
}
