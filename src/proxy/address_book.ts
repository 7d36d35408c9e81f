import type { Mac } from "../pppoe/mac.ts";
import type { Member } from "./session.ts";

/** AC addresses remembered, far more than a segment has. */
const MAX_CONCENTRATORS = 256;
/** Customer addresses remembered; the longest unused goes first. */
const MAX_CUSTOMERS = 65_536;

/** Which addresses belong to ACs, and which client's customer an address is (TR-101 ). */
export class AddressBook {
  #concentrators = new Set<Mac>();
  #owners = new Map<Mac, Member>();

  /** Remembers the source of an answer that belonged to a request. */
  addConcentrator(mac: Mac): void {
    if (this.#concentrators.size < MAX_CONCENTRATORS) this.#concentrators.add(mac);
  }

  /** Whether an AC speaks with this address. */
  isConcentrator(mac: Mac): boolean {
    return this.#concentrators.has(mac);
  }

  /** The member whose customer last used this address. */
  owner(mac: Mac): Member | undefined {
    return this.#owners.get(mac);
  }

  /** Notes that a customer of `member` uses this address. */
  claim(mac: Mac, member: Member): void {
    this.#owners.delete(mac);
    this.#owners.set(mac, member);
    if (this.#owners.size > MAX_CUSTOMERS) {
      const oldest = this.#owners.keys().next().value;
      if (oldest !== undefined) this.#owners.delete(oldest);
    }
  }
}
