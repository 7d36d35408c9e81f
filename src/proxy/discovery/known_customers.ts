import type { Mac } from "../../pppoe/mac.ts";
import { setLatest } from "../../set_latest.ts";

/** Maximum number of customers remembered per owner; evicts the one with the oldest session. */
const MAX_KNOWN = 16_384;
/** Time for which a customer is known after its last session, in milliseconds. */
const KNOWN_FOR = 24 * 3_600_000;

/** The customers of each owner that have, or recently had, a session. */
export class KnownCustomers<Owner extends object> {
  #now: () => number;
  #hasSession: (owner: Owner, customer: Mac) => boolean;
  /** Time of the last session, in milliseconds, in this order. */
  #byOwner = new WeakMap<Owner, Map<Mac, number>>();

  /** `hasSession` returns whether a customer has one now, including one of an earlier process. */
  constructor(now: () => number, hasSession: (owner: Owner, customer: Mac) => boolean) {
    this.#now = now;
    this.#hasSession = hasSession;
  }

  /** Records that a customer has a session. */
  add(owner: Owner, customer: Mac): void {
    let known = this.#byOwner.get(owner);
    if (known === undefined) this.#byOwner.set(owner, known = new Map());
    setLatest(known, customer, this.#now(), MAX_KNOWN);
  }

  has(owner: Owner, customer: Mac): boolean {
    const last = this.#byOwner.get(owner)?.get(customer);
    if (last !== undefined && this.#now() - last <= KNOWN_FOR) return true;
    return this.#hasSession(owner, customer);
  }
}
