import { CODE_PADT } from "../pppoe/constants.ts";
import { Bucket, type Rate } from "./rate.ts";
import type { Member } from "./session.ts";

/**
 * Discovery packets a second of one client, whatever comes of them: more than 4,000 dials a second
 * need, and several times the PADIs that pass.
 */
const RATE = 8_192;
const PER_PADI = 8;
/** Where the code stands in a frame. */
const CODE_AT = 15;

/**
 * Bounds the discovery packets of one client before they are looked at. A client keeps far below by
 * its own limits; one that does not means harm.
 */
export class DiscoveryGate {
  #bucket = new Bucket();
  #member: Member;
  #rate: Rate;
  #now: () => number;

  constructor(member: Member, limits: { readonly padiRate: number }, now: () => number) {
    this.#member = member;
    this.#rate = rateOf(limits);
    this.#now = now;
  }

  /** Takes over other limits. */
  reconfigure(limits: { readonly padiRate: number }): void {
    this.#rate = rateOf(limits);
  }

  /** Whether a client may send this frame now, of which `bytes[offset]` is the first byte. */
  admits(handle: number, bytes: Uint8Array, offset: number, length: number): boolean {
    // The end of an open session, of which there is one each.
    const isEnd = length > CODE_AT && bytes[offset + CODE_AT] === CODE_PADT;
    if (isEnd && this.#member.handles[handle] !== 0) return true;
    return this.#bucket.take(this.#rate, this.#now());
  }
}

function rateOf({ padiRate }: { readonly padiRate: number }): Rate {
  const rate = Math.max(RATE, PER_PADI * padiRate);
  return { rate, burst: 2 * rate };
}

/** The gate of each client, which it keeps: another tunnel lets no more through. */
export class DiscoveryGates {
  #gates = new WeakMap<Member, DiscoveryGate>();
  #limits: { readonly padiRate: number };
  #now: () => number;

  constructor(limits: { readonly padiRate: number }, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Takes over other limits, for the clients in `members`. */
  reconfigure(limits: { readonly padiRate: number }, members: Iterable<Member>): void {
    this.#limits = limits;
    for (const member of members) this.#gates.get(member)?.reconfigure(limits);
  }

  of(member: Member): DiscoveryGate {
    let gate = this.#gates.get(member);
    if (gate === undefined) {
      this.#gates.set(member, gate = new DiscoveryGate(member, this.#limits, this.#now));
    }
    return gate;
  }
}
