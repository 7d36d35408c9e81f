import { setLatest } from "../set_latest.ts";

/**
 * Which shard each client belongs to. A client gets its home when it first appears and keeps it
 * while the process runs, so exactly one shard has its sessions. Restored sessions bring their
 * client's home along. Bounded by the number of configured clients.
 */
export class Homes {
  #byClient = new Map<string, number>();
  /** Number of clients of each shard. */
  #clients: number[];
  #detours = new Detours();

  /** `count` is the number of shards. */
  constructor(count: number) {
    this.#clients = new Array<number>(count).fill(0);
  }

  /** The home of a client; a new one goes to the shard with the fewest clients. */
  of(client: string): number {
    return this.#byClient.get(client) ?? this.#assign(client, this.#emptiest());
  }

  /** Makes a shard the home of a client that has none. Returns whether it is the home now. */
  settle(client: string, shard: number): boolean {
    return (this.#byClient.get(client) ?? this.#assign(client, shard)) === shard;
  }

  /** Removes a client that is no longer configured. */
  forget(client: string): void {
    const shard = this.#byClient.get(client);
    if (shard === undefined) return;
    this.#byClient.delete(client);
    this.#clients[shard]--;
  }

  /**
   * The shard for a connection from `host`. Its ticket names the client; one without a ticket goes
   * to the first shard, unless its last login showed that it belongs elsewhere.
   */
  route(client: string | undefined, host: string): number {
    return client === undefined ? this.#detours.take(host) ?? 0 : this.of(client);
  }

  /**
   * Notes a login at a shard. Returns false if the client belongs to another one, where its next
   * connection from there goes even without a ticket.
   */
  login(client: string, shard: number, host: string): boolean {
    if (this.settle(client, shard)) return true;
    this.#detours.set(host, this.of(client));
    return false;
  }

  #assign(client: string, shard: number): number {
    this.#byClient.set(client, shard);
    this.#clients[shard]++;
    return shard;
  }

  /** The last of the emptiest: the first shard also serves strangers and the admin API. */
  #emptiest(): number {
    return this.#clients.lastIndexOf(Math.min(...this.#clients));
  }
}

/** Maximum number of addresses remembered; evicts the oldest. */
const MAX_DETOURS = 1_024;

/** Where the next connection without a ticket from an address goes, once. */
class Detours {
  #byHost = new Map<string, number>();

  set(host: string, shard: number): void {
    setLatest(this.#byHost, host, shard, MAX_DETOURS);
  }

  take(host: string): number | undefined {
    const shard = this.#byHost.get(host);
    this.#byHost.delete(host);
    return shard;
  }
}
