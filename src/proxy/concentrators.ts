import type { Mac } from "../pppoe/mac.ts";
import type { Session } from "./session.ts";

/**
 * How long an address counts as an AC's after its last offer, or after its last session ended.
 * Milliseconds.
 */
export const AC_MEMORY = 5 * 60_000;
/** How long a customer that had a session keeps its address against mere offers. Milliseconds. */
export const CUSTOMER_MEMORY = 24 * 3_600_000;
/**
 * An address that has made offers for so long before it first asked for one is an AC's, whatever it asks.
 * Milliseconds.
 */
export const ESTABLISHED = 10 * 60_000;
/** How long offers of a shorter time refuse an address that asks, counted once a day. Milliseconds. */
export const DOUBT = 30_000;
/** Addresses remembered that have made offers; the one silent for longest goes first. */
const MAX_OFFERING = 256;
/** Addresses remembered of ACs with sessions, and of customers; likewise. */
const MAX_KNOWN = 65_536;
/** Open sessions are looked through this often. Milliseconds. */
const REFRESH = 60_000;

/** What is known of the addresses on a segment that both customers and ACs speak on. */
export interface ConcentratorsOptions {
  /** Milliseconds of a steady clock. */
  now: () => number;
  /** The open sessions. */
  sessions: Iterable<Session>;
}

/**
 * Which addresses are ACs', so that no customer speaks as one (TR-101 R-91). Anybody on the AC's
 * segment can make an offer under any address, so offers alone are weak evidence: they expire, do not
 * count against a customer that has had a session, and keep a new one waiting for a moment only, unless
 * they were made for long before it came. A session with an AC outweighs all that.
 */
export class Concentrators {
  #options: ConcentratorsOptions;
  #offering = new Map<Mac, { name: string; since: number; until: number }>();
  /** Addresses that make offers and have asked for one: when first, and last. */
  #asking = new Map<Mac, { since: number; last: number }>();
  #serving = new Map<Mac, number>();
  #customers = new Map<Mac, number>();
  #refreshed = -Infinity;

  constructor(options: ConcentratorsOptions) {
    this.#options = options;
  }

  /** Notes the source of an answer that belonged to a request, and its name where it gives one. */
  offered(mac: Mac, name: string): void {
    const known = this.#offering.get(mac);
    const now = this.#options.now();
    const since = known !== undefined && known.until > now ? known.since : now;
    const offering = { name: name || (known?.name ?? ""), since, until: now + AC_MEMORY };
    setLatest(this.#offering, mac, offering, MAX_OFFERING);
  }

  /** Notes that a session was opened between these two. */
  opened({ customer, concentrator }: Pick<Session, "customer" | "concentrator">): void {
    const now = this.#options.now();
    setLatest(this.#serving, concentrator, now + AC_MEMORY, MAX_KNOWN);
    setLatest(this.#customers, customer, now + CUSTOMER_MEMORY, MAX_KNOWN);
  }

  /** The name that the AC of this address gave itself last; empty where it gave none. */
  nameOf(mac: Mac): string {
    return this.#offering.get(mac)?.name ?? "";
  }

  /** Whether a session proves that an AC speaks with this address. */
  isProven(mac: Mac): boolean {
    this.#refresh();
    return (this.#serving.get(mac) ?? -Infinity) > this.#options.now();
  }

  /** Whether a request that comes from this address now is to be refused, as it is an AC's. */
  refuses(mac: Mac): boolean {
    if (this.isProven(mac)) return true;
    const now = this.#options.now();
    const offering = this.#offering.get(mac);
    if (offering === undefined || offering.until <= now) return false;
    if ((this.#customers.get(mac) ?? -Infinity) > now) return false;
    const since = this.#asking.get(mac)?.since ?? now;
    setLatest(this.#asking, mac, { since, last: now }, MAX_OFFERING);
    return since - offering.since >= ESTABLISHED || now - since < DOUBT;
  }

  /** Forgets what is too old. */
  expire(): void {
    this.#refresh();
    const now = this.#options.now();
    dropOld(this.#offering, ({ until }) => until > now);
    dropOld(this.#asking, ({ last }) => last > now - CUSTOMER_MEMORY);
    dropOld(this.#serving, (until) => until > now);
    dropOld(this.#customers, (until) => until > now);
  }

  /** What open sessions prove stays known, also of sessions that an earlier process opened. */
  #refresh(): void {
    if (this.#options.now() - this.#refreshed < REFRESH) return;
    this.#refreshed = this.#options.now();
    for (const session of this.#options.sessions) this.opened(session);
  }
}

/** Sets a key as the latest of a bounded map, whose order is that of last use. */
function setLatest<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  for (const oldest of map.keys()) return void map.delete(oldest);
}

/** Drops entries from the oldest on, up to the first that still counts. */
function dropOld<Key, Value>(map: Map<Key, Value>, counts: (value: Value) => boolean): void {
  for (const [key, value] of map) {
    if (counts(value)) return;
    map.delete(key);
  }
}
