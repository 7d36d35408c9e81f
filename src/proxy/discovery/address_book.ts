import type { Mac } from "../../pppoe/mac.ts";
import type { Peer, Session } from "../session/session.ts";
import { setLatest } from "../../set_latest.ts";

/** Maximum number of addresses remembered of customers that only asked; evicts the least recent. */
const MAX_ASKING = 65_536;
/** Time for which an address stays with a client whose customer only asked, in milliseconds. */
const ASKING = 10_000;
/** Maximum time for which a client can hold an address by asking alone, in milliseconds. */
const LONGEST_ASKING = 60_000;
/** Time for which an address stays with its client after its session has ended, in milliseconds. */
const HAD_SESSION = 60_000;

/**
 * Maps customers' addresses to clients where the AC sees them (TR-101 R-92): on its wire, customers
 * of two clients with the same address cannot be distinguished. The first client keeps the address
 * as long as it has a session or continues to ask, but no client keeps one by asking alone.
 */
export class AddressBook {
  #now: () => number;
  #sessions: Iterable<Session>;
  /** Customers with a session, and when that was last seen, in milliseconds. */
  #serving = new Map<Mac, { peer: Peer; last: number }>();
  #asking = new Map<Mac, { peer: Peer; since: number; used: number }>();
  #isFilled = false;

  /** `now` is a monotonic clock in milliseconds; `sessions` are the open ones. */
  constructor(now: () => number, sessions: Iterable<Session>) {
    this.#now = now;
    this.#sessions = sessions;
  }

  /** Whether a customer of `peer` may use an address: no customer of another client has it. */
  isFree(mac: Mac, peer: Peer): boolean {
    if (!this.#isFilled) this.#fill();
    const now = this.#now();
    const serving = this.#serving.get(mac);
    if (serving !== undefined && this.#isServing(serving, mac, now)) {
      return serving.peer === peer;
    }
    const asking = this.#asking.get(mac);
    return asking === undefined || asking.peer === peer ||
      now - asking.used > ASKING || now - asking.since > LONGEST_ASKING;
  }

  /** Records that a customer of `peer` asks with this address, which must be free. */
  claim(mac: Mac, peer: Peer): void {
    const now = this.#now();
    const known = this.#asking.get(mac);
    const isSame = known?.peer === peer && now - known.used <= ASKING;
    const asking = { peer, since: isSame ? known.since : now, used: now };
    setLatest(this.#asking, mac, asking, MAX_ASKING);
  }

  /** Records an opened session. */
  serves({ customer, peer }: Pick<Session, "customer" | "peer">): void {
    this.#serving.set(customer, { peer, last: this.#now() });
    this.#asking.delete(customer);
  }

  /** Returns the open sessions of the customer with this address. */
  sessionsOf(mac: Mac): readonly Session[] {
    if (!this.#isFilled) this.#fill();
    return [...this.#serving.get(mac)?.peer.customers.get(mac) ?? []];
  }

  /** Removes expired entries; call it at least every few seconds. */
  expire(): void {
    const now = this.#now();
    for (const [mac, serving] of this.#serving) {
      if (!this.#isServing(serving, mac, now)) this.#serving.delete(mac);
    }
    for (const [mac, { used }] of this.#asking) {
      if (now - used <= ASKING) return;
      this.#asking.delete(mac);
    }
  }

  #isServing(serving: { peer: Peer; last: number }, mac: Mac, now: number): boolean {
    if (serving.peer.customers.has(mac)) serving.last = now;
    return now - serving.last <= HAD_SESSION;
  }

  /** Adds the sessions of an earlier process, which were restored without a call to `serves`. */
  #fill(): void {
    this.#isFilled = true;
    for (const session of this.#sessions) this.serves(session);
  }
}
