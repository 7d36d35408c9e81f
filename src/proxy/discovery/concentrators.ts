import type { Mac } from "../../pppoe/mac.ts";
import { setLatest } from "../../set_latest.ts";
import type { Session } from "../session/session.ts";

/**
 * Time for which an address counts as an AC's after its last offer or the end of its last session,
 * in milliseconds.
 */
export const AC_MEMORY = 5 * 60_000;
/** Time for which a customer with a past session outweighs mere offers, in milliseconds. */
export const CUSTOMER_MEMORY = 24 * 3_600_000;
/**
 * An address that made offers for this long before it first asked for one is an AC's, whatever it
 * asks. Milliseconds.
 */
export const ESTABLISHED = 10 * 60_000;
/** Time for which newer offers block an address that asks, once a day, in milliseconds. */
export const DOUBT = 30_000;
/** Maximum number of addresses remembered for their offers; evicts the longest silent. */
const MAX_OFFERING = 256;
/** Maximum number of addresses remembered of ACs with sessions, and of customers; likewise. */
const MAX_KNOWN = 65_536;
/** Interval between scans of the open sessions, in milliseconds. */
const REFRESH = 60_000;

/** Dependencies of {@linkcode Concentrators}. */
export interface ConcentratorsOptions {
  /** Monotonic clock, in milliseconds. */
  now: () => number;
  /** The open sessions. */
  sessions: Iterable<Session>;
}

/**
 * Tracks which addresses are ACs', so that no customer can pose as one (TR-101 R-91). Any host on
 * the AC's segment can make offers under any address, so offers alone are weak evidence: they
 * expire, do not count against a customer that had a session, and delay a new one only briefly
 * unless they began long before it. A session with an AC outweighs all of that.
 */
export class Concentrators {
  #options: ConcentratorsOptions;
  #offering = new Map<Mac, { name: string; since: number; until: number }>();
  /** Addresses that make offers and also asked for one: first and last time of asking. */
  #asking = new Map<Mac, { since: number; last: number }>();
  #serving = new Map<Mac, number>();
  #customers = new Map<Mac, number>();
  #refreshed = -Infinity;

  constructor(options: ConcentratorsOptions) {
    this.#options = options;
  }

  /** Records the source of an answer to a request, and its AC name if given. */
  offered(mac: Mac, name: string): void {
    const known = this.#offering.get(mac);
    const now = this.#options.now();
    const since = known !== undefined && known.until > now ? known.since : now;
    const offering = { name: name || (known?.name ?? ""), since, until: now + AC_MEMORY };
    setLatest(this.#offering, mac, offering, MAX_OFFERING);
  }

  /** Records an opened session between these two addresses. */
  opened({ customer, concentrator }: Pick<Session, "customer" | "concentrator">): void {
    const now = this.#options.now();
    setLatest(this.#serving, concentrator, now + AC_MEMORY, MAX_KNOWN);
    setLatest(this.#customers, customer, now + CUSTOMER_MEMORY, MAX_KNOWN);
  }

  /** Returns the last AC name given by this address; empty if none. */
  nameOf(mac: Mac): string {
    return this.#offering.get(mac)?.name ?? "";
  }

  /** Whether a session proves that this address is an AC's. */
  isProven(mac: Mac): boolean {
    this.#refresh();
    return (this.#serving.get(mac) ?? -Infinity) > this.#options.now();
  }

  /** Whether a request from this address is refused now because the address is an AC's. */
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

  /** Removes expired entries. */
  expire(): void {
    this.#refresh();
    const now = this.#options.now();
    dropOld(this.#offering, ({ until }) => until > now);
    dropOld(this.#asking, ({ last }) => last > now - CUSTOMER_MEMORY);
    dropOld(this.#serving, (until) => until > now);
    dropOld(this.#customers, (until) => until > now);
  }

  /** Renews the evidence of all open sessions, including those opened by an earlier process. */
  #refresh(): void {
    if (this.#options.now() - this.#refreshed < REFRESH) return;
    this.#refreshed = this.#options.now();
    for (const session of this.#options.sessions) this.opened(session);
  }
}

/** Removes entries from the oldest on, up to the first that still counts. */
function dropOld<Key, Value>(map: Map<Key, Value>, counts: (value: Value) => boolean): void {
  for (const [key, value] of map) {
    if (counts(value)) return;
    map.delete(key);
  }
}
