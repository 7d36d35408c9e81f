import type { Mac } from "../pppoe/mac.ts";
import type { Member } from "./session.ts";

/** AC addresses remembered, far more than a segment has. */
const MAX_CONCENTRATORS = 256;
/** Customer addresses remembered; the longest unused goes first. */
const MAX_CUSTOMERS = 65_536;

/** Which addresses belong to ACs, and which client's customer an address is (TR-101 ). */
export class AddressBook {
  /** Name by address. */
  #concentrators = new Map<Mac, string>();
  #owners = new Map<Mac, Member>();

  /** Remembers the source of an answer that belonged to a request, and its name where it says it. */
  addConcentrator(mac: Mac, name: string): void {
    const known = this.#concentrators.get(mac);
    if (known === undefined && this.#concentrators.size >= MAX_CONCENTRATORS) return;
    this.#concentrators.set(mac, name || (known ?? ""));
  }

  /** The name that the AC of this address gave itself; empty where it gave none. */
  nameOf(mac: Mac): string {
    return this.#concentrators.get(mac) ?? "";
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
