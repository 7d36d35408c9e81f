import type { Rate } from "../limits/rate.ts";
import { TokenBucket } from "../limits/token_bucket.ts";
import { PeerAllowance } from "../tunnel/peer_allowance.ts";

/**
 * Limit of accepted logins of one client. A client with sessions reconnects after up to 2 seconds,
 * any other with an increasing delay.
 */
const LOGINS: Rate = { rate: 1, burst: 20 };

interface Allowance {
  readonly logins: TokenBucket;
  readonly peer: PeerAllowance;
}

/** Limits of each client across all of its tunnels. Bounded by the number of configured clients. */
export class ClientAllowances {
  #byClient = new Map<string, Allowance>();
  #knows: (client: string) => boolean;
  #now: () => number;

  /** `knows` returns whether a client is still configured. */
  constructor(knows: (client: string) => boolean, now: () => number) {
    this.#knows = knows;
    this.#now = now;
  }

  /** Number of clients remembered. */
  get size(): number {
    return this.#byClient.size;
  }

  /** Whether an authenticated client may log in now; counts the login if so. */
  mayLogIn(client: string): boolean {
    return this.#of(client).logins.take(this.#now());
  }

  /** Returns the limits of what a client may send through its tunnels. */
  of(client: string): PeerAllowance {
    return this.#of(client).peer;
  }

  #of(client: string): Allowance {
    const known = this.#byClient.get(client);
    if (known !== undefined) return known;
    for (const name of this.#byClient.keys()) {
      if (!this.#knows(name)) this.#byClient.delete(name);
    }
    const allowance = { logins: new TokenBucket(LOGINS), peer: new PeerAllowance(this.#now) };
    this.#byClient.set(client, allowance);
    return allowance;
  }
}
