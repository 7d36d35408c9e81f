import type { Mac } from "../pppoe/mac.ts";
import type { Member } from "./session.ts";

/** Customer addresses remembered; the longest unused goes first. */
const MAX_CUSTOMERS = 65_536;

/** Which client's customer an address is (TR-101 R-92). */
export class AddressBook {
  #owners = new Map<Mac, Member>();

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
