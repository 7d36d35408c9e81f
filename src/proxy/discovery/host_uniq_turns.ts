import type { Pending } from "./pending.ts";

/** Silence after which a discovery loses its claim to its Host-Uniq, in milliseconds. */
const SILENT_HOLD = 5_000;
/** Maximum time to keep a Host-Uniq while another client waits for it, in milliseconds. */
export const LONGEST_HOLD = 10_000;
/**
 * Time for which a client waits for a value after it last asked, in milliseconds: hosts ask again
 * after 5, 10 and 20 seconds (RFC 2516 section 8).
 */
export const CLAIM = 25_000;

/** One Host-Uniq at one local address. */
interface Place<Owner> {
  /** The discovery that answers belong to, and since when. */
  holder: Pending<Owner> | undefined;
  since: number;
  /** Clients that asked for the value and have not had it since: first and last time. */
  waiting: Map<Owner, { since: number; last: number }>;
  /** When each client last had the value; kept while any client waits. */
  had: Map<Owner, number>;
}

/**
 * Assigns Host-Uniq values where customers choose or share them: to one discovery at a time,
 * because answers could not be distinguished. A guessed value is held only briefly: while a client
 * waits, no other keeps the value for long, and none that has had it since gets it again first.
 */
export class HostUniqTurns<Owner> {
  #now: () => number;
  #places = new Map<string, Place<Owner>>();
  /** Places without a holder that a client waited for, by time; oldest first. */
  #vacant = new Map<string, number>();

  /** `now` is a monotonic clock, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Number of values remembered. */
  get size(): number {
    return this.#places.size;
  }

  /** Returns the discovery that holds a value. */
  holder(key: string): Pending<Owner> | undefined {
    return this.#places.get(key)?.holder;
  }

  /** Gives a discovery the value, taking it from its holder; returns false if it must wait. */
  take(key: string, pending: Pending<Owner>): boolean {
    this.#expire();
    const { owner } = pending;
    let place = this.#places.get(key);
    if (place === undefined) {
      place = { holder: undefined, since: 0, waiting: new Map(), had: new Map() };
      this.#places.set(key, place);
    }
    const now = this.#now();
    if (!this.#isFree(place, owner, now) || !this.#isTurn(place, owner, now)) {
      const since = place.waiting.get(owner)?.since ?? now;
      if (place.holder?.owner !== owner) place.waiting.set(owner, { since, last: now });
      return false;
    }
    this.#vacate(place, now);
    this.#vacant.delete(key);
    place.waiting.delete(owner);
    place.holder = pending;
    place.since = now;
    return true;
  }

  /** Removes a discovery. */
  forget(key: string, pending: Pending<Owner>): void {
    const place = this.#places.get(key);
    if (place?.holder !== pending) return;
    this.#vacate(place, this.#now());
    if (place.waiting.size === 0) this.#places.delete(key);
    else this.#vacant.set(key, this.#now());
  }

  #isFree({ holder, since }: Place<Owner>, owner: Owner, now: number): boolean {
    if (holder === undefined || now - holder.touched >= SILENT_HOLD) return true;
    return holder.owner !== owner && now - since >= LONGEST_HOLD;
  }

  /** Whether no other client waits that asked before this one last had the value. */
  #isTurn({ holder, waiting, had }: Place<Owner>, owner: Owner, now: number): boolean {
    const last = holder?.owner === owner ? now : had.get(owner) ?? -Infinity;
    for (const [other, claim] of waiting) {
      if (now - claim.last > CLAIM) waiting.delete(other);
      else if (other !== owner && claim.since <= last) return false;
    }
    return true;
  }

  #vacate(place: Place<Owner>, now: number): void {
    const { holder, waiting, had } = place;
    if (waiting.size === 0) had.clear();
    if (holder === undefined) return;
    had.set(holder.owner, now);
    holder.upstreamKey = undefined; // its next PADI takes a new turn
    place.holder = undefined;
  }

  #expire(): void {
    const oldest = this.#now() - CLAIM;
    for (const [key, at] of this.#vacant) {
      if (at > oldest) return;
      this.#vacant.delete(key);
      this.#places.delete(key);
    }
  }
}
