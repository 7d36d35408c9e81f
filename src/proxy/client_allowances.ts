import { PeerAllowance } from "../tunnel/peer_allowance.ts";
import { Bucket, type Rate } from "./rate.ts";

/**
 * Logins of one client that are let in. A client with sessions comes back after up to 2 seconds, any
 * other after longer and longer.
 */
const LOGINS: Rate = { rate: 1, burst: 20 };

interface Allowance {
  readonly logins: Bucket;
  readonly peer: PeerAllowance;
}

/** What each client may do and send, whatever tunnels it has: as many clients as are configured. */
export class ClientAllowances {
  #byClient = new Map<string, Allowance>();
  #knows: (client: string) => boolean;
  #now: () => number;

  /** `knows` tells whether a client is still configured. */
  constructor(knows: (client: string) => boolean, now: () => number) {
    this.#knows = knows;
    this.#now = now;
  }

  /** Clients that are remembered. */
  get size(): number {
    return this.#byClient.size;
  }

  /** Whether a client that has proved its name may log in now; it is counted then. */
  mayLogIn(client: string): boolean {
    return this.#of(client).logins.take(LOGINS, this.#now());
  }

  /** What a client may send through its tunnels. */
  of(client: string): PeerAllowance {
    return this.#of(client).peer;
  }

  #of(client: string): Allowance {
    const known = this.#byClient.get(client);
    if (known !== undefined) return known;
    for (const name of this.#byClient.keys()) {
      if (!this.#knows(name)) this.#byClient.delete(name);
    }
    const allowance = { logins: new Bucket(), peer: new PeerAllowance(this.#now) };
    this.#byClient.set(client, allowance);
    return allowance;
  }
}
