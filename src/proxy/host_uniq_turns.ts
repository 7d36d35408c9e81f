import type { Pending } from "./pending.ts";

/** A discovery that has been silent for so long has no need of its Host-Uniq any more. Milliseconds. */
export const SILENT_HOLD = 5_000;
/** Longest time that a client's discovery keeps a Host-Uniq which another client waits for. Milliseconds. */
export const LONGEST_HOLD = 10_000;
/**
 * How long a client waits for one after it last asked: hosts ask again after 5, 10 and 20 seconds
 * (RFC 2516 section 8). Milliseconds.
 */
export const CLAIM = 25_000;

/** One Host-Uniq at one local address. */
interface Place<Owner> {
  /** The discovery that answers belong to, and since when. */
  holder: Pending<Owner> | undefined;
  since: number;
  /** Clients that have asked for it and not had it since: when first, and last. */
  waiting: Map<Owner, { since: number; last: number }>;
  /** When clients had it last, as far as somebody waits. */
  had: Map<Owner, number>;
}

/**
 * Who has which Host-Uniq where customers choose it or share one: one discovery at a time, because
 * answers could not be told apart. Whoever guesses another's value takes it for a moment only: while a
 * client waits, nobody keeps it for long, and no client that has had it since gets it again.
 */
export class HostUniqTurns<Owner> {
  #now: () => number;
  #places = new Map<string, Place<Owner>>();
  /** Places that nobody has and somebody waited for, by when; the oldest first. */
  #vacant = new Map<string, number>();

  /** `now` gives milliseconds of a steady clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Values that are remembered. */
  get size(): number {
    return this.#places.size;
  }

  /** The discovery that has a value. */
  holder(key: string): Pending<Owner> | undefined {
    return this.#places.get(key)?.holder;
  }

  /** Gives a discovery the value, or false where it is another's for now; whoever had it loses it. */
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

  /** A discovery has left the table. */
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

  /** Whether nobody waits who asked before this client had it last. */
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
    holder.upstreamKey = undefined; // it gets a new place with its next PADI
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
