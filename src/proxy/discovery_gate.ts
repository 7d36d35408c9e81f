import { CODE_PADT } from "../pppoe/constants.ts";
import { Bucket } from "./rate.ts";
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
  #limits: { readonly padiRate: number };
  #now: () => number;

  constructor(member: Member, limits: { readonly padiRate: number }, now: () => number) {
    this.#member = member;
    this.#limits = limits;
    this.#now = now;
  }

  /** Whether a client may send this frame now, of which `bytes[offset]` is the first byte. */
  admits(handle: number, bytes: Uint8Array, offset: number, length: number): boolean {
    // The end of an open session, of which there is one each.
    const isEnd = length > CODE_AT && bytes[offset + CODE_AT] === CODE_PADT;
    if (isEnd && this.#member.handles[handle] !== 0) return true;
    const rate = Math.max(RATE, PER_PADI * this.#limits.padiRate);
    return this.#bucket.take({ rate, burst: 2 * rate }, this.#now());
  }
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

  of(member: Member): DiscoveryGate {
    let gate = this.#gates.get(member);
    if (gate === undefined) {
      this.#gates.set(member, gate = new DiscoveryGate(member, this.#limits, this.#now));
    }
    return gate;
  }
}
