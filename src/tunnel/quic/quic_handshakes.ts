/** QUIC connections in handshake, whose source addresses may be forged. */
import type { Rate } from "../../limits/rate.ts";
import { TokenBucket } from "../../limits/token_bucket.ts";
import { networksOf } from "../admission/network.ts";

/** Maximum connections in handshake, for known addresses and for all others separately. */
export const MAX_HANDSHAKES = 128;
/** Maximum duration of a handshake, in milliseconds. */
const HANDSHAKE_TIMEOUT = 3_000;
/** Age from which a handshake counts as slow and is evicted first, in milliseconds. */
const SLOW_AFTER = 500;
/** Maximum handshakes that begin. */
const BEGUN: Rate = { rate: 500, burst: 128 };

/** What the limits depend on. */
export interface QuicHandshakesOptions {
  /** Whether a client has recently logged in from an address. */
  knows: (host: string) => boolean;
  now: () => number;
  /** Random numbers in [0, 1). */
  random: () => number;
}

/** Maximum for one unknown network: a client needs no more. */
const PER_NETWORK = 4;
/** Maximum for one known network, where all clients of a site may connect at the same time. */
const PER_KNOWN_NETWORK = 32;

interface Handshake {
  readonly network: string;
  readonly since: number;
  readonly pool: Handshake[];
  /** Maximum number of handshakes of its network. */
  readonly most: number;
  readonly giveUp: () => void;
}

/**
 * Limits handshakes of unverified addresses. Every new one is admitted; a slow one, or else a
 * random one, is evicted for it. So a flood from forged addresses only shortens the time for a
 * handshake. It does not affect known addresses.
 */
export class QuicHandshakes {
  #options: QuicHandshakesOptions;
  #known: Handshake[] = [];
  #strangers: Handshake[] = [];
  #begun = new TokenBucket(BEGUN);

  constructor(options: QuicHandshakesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#known.length + this.#strangers.length;
  }

  /** Whether a handshake may begin now. The rate limit covers forged addresses too. */
  begin(): boolean {
    return this.#begun.take(this.#options.now());
  }

  /** Adds a handshake; `giveUp` is called if it is evicted. Returns a function that removes it. */
  enter(host: string, giveUp: () => void): () => void {
    const { knows, now } = this.#options;
    const [pool, most] = knows(host)
      ? [this.#known, PER_KNOWN_NETWORK]
      : [this.#strangers, PER_NETWORK];
    if (pool.length >= MAX_HANDSHAKES) this.#makeRoom(pool);
    const handshake = { network: networksOf(host).own, since: now(), pool, most, giveUp };
    pool.push(handshake);
    return () => void remove(handshake);
  }

  /** The networks with handshakes, and the number and maximum number of each. */
  networks(): [network: string, count: number, most: number][] {
    const counts = new Map<string, [string, number, number]>();
    for (const { network, most } of [...this.#known, ...this.#strangers]) {
      const [, count] = counts.get(network) ?? [network, 0];
      counts.set(network, [network, count + 1, most]);
    }
    return [...counts.values()];
  }

  /** Evicts handshakes that have timed out. */
  sweep(): void {
    const limit = this.#options.now() - HANDSHAKE_TIMEOUT;
    for (const pool of [this.#known, this.#strangers]) {
      while (pool.length > 0 && pool[0].since <= limit) evict(pool[0]);
    }
  }

  /** Evicts all handshakes. */
  clear(): void {
    for (const pool of [this.#known, this.#strangers]) while (pool.length > 0) evict(pool[0]);
  }

  #makeRoom(pool: Handshake[]): void {
    const [oldest] = pool;
    const { now, random } = this.#options;
    if (now() - oldest.since >= SLOW_AFTER) evict(oldest);
    else evict(pool[Math.floor(random() * pool.length)]);
  }
}

function evict(handshake: Handshake): void {
  if (remove(handshake)) handshake.giveUp();
}

function remove(handshake: Handshake): boolean {
  const index = handshake.pool.indexOf(handshake);
  if (index >= 0) handshake.pool.splice(index, 1);
  return index >= 0;
}
