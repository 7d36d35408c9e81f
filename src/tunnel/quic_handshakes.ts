/** QUIC connections whose handshake has not ended, so that their addresses may be forged. */
import { networksOf } from "./network.ts";

/** Connections in handshake at most, for known addresses and for others each. */
export const MAX_HANDSHAKES = 128;
/** One that has not ended after so long is given up. Milliseconds. */
const HANDSHAKE_TIMEOUT = 3_000;
/** From then on it is slow, and gives way first. Milliseconds. */
const PATIENCE = 500;
/** Handshakes that begin in a second, and at once. */
const RATE = 500;
const BURST = 128;

/** What decides. */
export interface QuicHandshakesOptions {
  /** Whether a client has logged in from an address lately. */
  knows: (host: string) => boolean;
  now: () => number;
  /** Numbers in [0, 1). */
  random: () => number;
}

/** From one network that is not known: more connections in handshake are no client's. */
const PER_NETWORK = 4;
/** From a known one, where all of a site's clients may begin at once. */
const PER_KNOWN_NETWORK = 32;

interface Handshake {
  readonly network: string;
  readonly since: number;
  readonly pool: Handshake[];
  /** How many its network may have. */
  readonly most: number;
  readonly giveUp: () => void;
}

/**
 * Bounds handshakes where an address proves nothing. Each newcomer gets in, and one that has had its
 * time, or else a random one, makes room: a flood from forged addresses shortens the time for a
 * handshake, which it cannot take away. Known addresses are apart from it.
 */
export class QuicHandshakes {
  #options: QuicHandshakesOptions;
  #known: Handshake[] = [];
  #strangers: Handshake[] = [];
  #tokens = BURST;
  #filled: number;

  constructor(options: QuicHandshakesOptions) {
    this.#options = options;
    this.#filled = options.now();
  }

  get size(): number {
    return this.#known.length + this.#strangers.length;
  }

  /** Whether a handshake may begin now; what it costs is the same for forged addresses. */
  begin(): boolean {
    const now = this.#options.now();
    this.#tokens = Math.min(BURST, this.#tokens + (now - this.#filled) * RATE / 1_000);
    this.#filled = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** Takes one in; `giveUp` is called where it has to go. The function that takes it out again. */
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

  /** The networks that have any, how many each has, and how many it may have. */
  networks(): [network: string, count: number, most: number][] {
    const counts = new Map<string, [string, number, number]>();
    for (const { network, most } of [...this.#known, ...this.#strangers]) {
      const [, count] = counts.get(network) ?? [network, 0];
      counts.set(network, [network, count + 1, most]);
    }
    return [...counts.values()];
  }

  /** Gives up those whose time is over. */
  sweep(): void {
    const limit = this.#options.now() - HANDSHAKE_TIMEOUT;
    for (const pool of [this.#known, this.#strangers]) {
      while (pool.length > 0 && pool[0].since <= limit) evict(pool[0]);
    }
  }

  /** Gives up all. */
  clear(): void {
    for (const pool of [this.#known, this.#strangers]) while (pool.length > 0) evict(pool[0]);
  }

  #makeRoom(pool: Handshake[]): void {
    const [oldest] = pool;
    const { now, random } = this.#options;
    if (now() - oldest.since >= PATIENCE) evict(oldest);
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
