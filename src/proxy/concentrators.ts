import type { Mac } from "../pppoe/mac.ts";
import type { Session } from "./session.ts";

/**
 * How long an address counts as an AC's after its last offer, or after its last session ended.
 * Milliseconds.
 */
export const AC_MEMORY = 5 * 60_000;
/** How long a customer that had a session keeps its address against mere offers. Milliseconds. */
export const CUSTOMER_MEMORY = 24 * 3_600_000;
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
 * segment can make an offer under any address, so an offer alone is weak evidence: it expires, and
 * does not count against a customer that has had a session. A session with an AC outweighs both.
 */
export class Concentrators {
  #options: ConcentratorsOptions;
  #offering = new Map<Mac, { name: string; until: number }>();
  #serving = new Map<Mac, number>();
  #customers = new Map<Mac, number>();
  #refreshed = -Infinity;

  constructor(options: ConcentratorsOptions) {
    this.#options = options;
  }

  /** Notes the source of an answer that belonged to a request, and its name where it gives one. */
  offered(mac: Mac, name: string): void {
    const known = this.#offering.get(mac)?.name ?? "";
    const until = this.#options.now() + AC_MEMORY;
    setLatest(this.#offering, mac, { name: name || known, until }, MAX_OFFERING);
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

  /** Whether an AC speaks with this address, so that no customer may. */
  has(mac: Mac): boolean {
    this.#refresh();
    const now = this.#options.now();
    if ((this.#serving.get(mac) ?? -Infinity) > now) return true;
    const offering = this.#offering.get(mac);
    if (offering === undefined || offering.until <= now) return false;
    return (this.#customers.get(mac) ?? -Infinity) <= now;
  }

  /** Forgets what is too old. */
  expire(): void {
    this.#refresh();
    const now = this.#options.now();
    dropOld(this.#offering, ({ until }) => until > now);
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
