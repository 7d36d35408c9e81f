import { CODE_PADT } from "../../pppoe/constants.ts";
import type { Rate } from "../../limits/rate.ts";
import { TokenBucket } from "../../limits/token_bucket.ts";
import type { Peer } from "../session/session.ts";

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
  #bucket: TokenBucket;
  #peer: Peer;
  #now: () => number;

  constructor(peer: Peer, limits: { readonly padiRate: number }, now: () => number) {
    this.#bucket = new TokenBucket(rateOf(limits));
    this.#peer = peer;
    this.#now = now;
  }

  /** Applies new limits. */
  reconfigure(limits: { readonly padiRate: number }): void {
    this.#bucket.reconfigure(rateOf(limits), this.#now());
  }

  /** Whether a client may send this frame now; `bytes[offset]` is its first byte. */
  admits(handle: number, bytes: Uint8Array, offset: number, length: number): boolean {
    // A PADT of an open session: each session has only one.
    const isEnd = length > CODE_AT && bytes[offset + CODE_AT] === CODE_PADT;
    if (isEnd && this.#peer.handles[handle] !== 0) return true;
    return this.#bucket.take(this.#now());
  }
}

function rateOf({ padiRate }: { readonly padiRate: number }): Rate {
  const rate = Math.max(RATE, PER_PADI * padiRate);
  return { rate, burst: 2 * rate };
}

/** The gate of each client; it persists, so a new tunnel does not raise the limit. */
export class DiscoveryGates {
  #gates = new WeakMap<Peer, DiscoveryGate>();
  #limits: { readonly padiRate: number };
  #now: () => number;

  constructor(limits: { readonly padiRate: number }, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Applies new limits to the clients in `peers`. */
  reconfigure(limits: { readonly padiRate: number }, peers: Iterable<Peer>): void {
    this.#limits = limits;
    for (const peer of peers) this.#gates.get(peer)?.reconfigure(limits);
  }

  of(peer: Peer): DiscoveryGate {
    let gate = this.#gates.get(peer);
    if (gate === undefined) {
      this.#gates.set(peer, gate = new DiscoveryGate(peer, this.#limits, this.#now));
    }
    return gate;
  }
}
