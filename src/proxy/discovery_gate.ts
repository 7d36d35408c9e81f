import { CODE_PADT } from "../pppoe/constants.ts";
import { Bucket, type Rate } from "./rate.ts";
import type { Member } from "./session.ts";

/**
 * Discovery packets per second of one client, whatever their outcome: more than 4,000 dials per
 * second need, and several times the PADIs that pass.
 */
const RATE = 8_192;
const PER_PADI = 8;
/** Offset of the code in a frame. */
const CODE_AT = 15;

/**
 * Limits the discovery packets of one client before they are parsed. A client's own limits keep it
 * far below; one that exceeds this is malicious.
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

  /** Applies new limits. */
  reconfigure(limits: { readonly padiRate: number }): void {
    this.#rate = rateOf(limits);
  }

  /** Whether a client may send this frame now; `bytes[offset]` is its first byte. */
  admits(handle: number, bytes: Uint8Array, offset: number, length: number): boolean {
    // A PADT of an open session: each session has only one.
    const isEnd = length > CODE_AT && bytes[offset + CODE_AT] === CODE_PADT;
    if (isEnd && this.#member.handles[handle] !== 0) return true;
    return this.#bucket.take(this.#rate, this.#now());
  }
}

function rateOf({ padiRate }: { readonly padiRate: number }): Rate {
  const rate = Math.max(RATE, PER_PADI * padiRate);
  return { rate, burst: 2 * rate };
}

/** The gate of each client; it persists, so a new tunnel does not raise the limit. */
export class DiscoveryGates {
  #gates = new WeakMap<Member, DiscoveryGate>();
  #limits: { readonly padiRate: number };
  #now: () => number;

  constructor(limits: { readonly padiRate: number }, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Applies new limits to the clients in `members`. */
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
