import type { Mac } from "../pppoe/mac.ts";
import type { Member, Session } from "./session.ts";

/** Addresses remembered of customers that have only asked; the longest unused goes first. */
const MAX_ASKING = 65_536;
/** How long an address stays with a client whose customer has only asked. Milliseconds. */
const ASKING = 10_000;
/** How long a client can keep an address from others by asking alone. Milliseconds. */
const LONGEST_ASKING = 60_000;
/** How long an address stays with the client whose session with it has ended. Milliseconds. */
const HAD_SESSION = 60_000;

/**
 * Which client's customer an address is, where the AC sees customers' own (TR-101 R-92): on its wire
 * two clients' customers of one address cannot be told apart. Whoever is there first stays, as long
 * as it has a session or goes on asking, but no client keeps an address by asking alone.
 */
export class AddressBook {
  #now: () => number;
  #sessions: Iterable<Session>;
  /** Customers with a session, and when that was seen last: milliseconds of the clock. */
  #serving = new Map<Mac, { member: Member; last: number }>();
  #asking = new Map<Mac, { member: Member; since: number; used: number }>();
  #isFilled = false;

  /** `now` gives milliseconds of a steady clock, `sessions` the open ones. */
  constructor(now: () => number, sessions: Iterable<Session>) {
    this.#now = now;
    this.#sessions = sessions;
  }

  /** Whether a customer of `member` may use an address, which no other client's has. */
  isFree(mac: Mac, member: Member): boolean {
    if (!this.#isFilled) this.#fill();
    const now = this.#now();
    const serving = this.#serving.get(mac);
    if (serving !== undefined && this.#isServing(serving, mac, now)) {
      return serving.member === member;
    }
    const asking = this.#asking.get(mac);
    return asking === undefined || asking.member === member ||
      now - asking.used > ASKING || now - asking.since > LONGEST_ASKING;
  }

  /** A customer of `member` asks with this address, which is free. */
  claim(mac: Mac, member: Member): void {
    const now = this.#now();
    const known = this.#asking.get(mac);
    const isSame = known?.member === member && now - known.used <= ASKING;
    this.#asking.delete(mac); // to the end: the map's order is that of last use
    this.#asking.set(mac, { member, since: isSame ? known.since : now, used: now });
    if (this.#asking.size <= MAX_ASKING) return;
    for (const oldest of this.#asking.keys()) return void this.#asking.delete(oldest);
  }

  /** A session has opened. */
  serves({ customer, member }: Pick<Session, "customer" | "member">): void {
    this.#serving.set(customer, { member, last: this.#now() });
    this.#asking.delete(customer);
  }

  /** The open sessions of the customer with this address. */
  sessionsOf(mac: Mac): readonly Session[] {
    if (!this.#isFilled) this.#fill();
    return [...this.#serving.get(mac)?.member.customers.get(mac) ?? []];
  }

  /** Forgets what is too old; to be called at least every few seconds. */
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

  #isServing(serving: { member: Member; last: number }, mac: Mac, now: number): boolean {
    if (serving.member.customers.has(mac)) serving.last = now;
    return now - serving.last <= HAD_SESSION;
  }

  /** Sessions of an earlier process have opened without a word. */
  #fill(): void {
    this.#isFilled = true;
    for (const session of this.#sessions) this.serves(session);
  }
}
