/** What is remembered of networks, for a limited time and in bounded memory. */
import { type Networks, networksOf } from "./network.ts";

/**
 * How much a connection is trusted before its hello. "known": a client has recently logged in from
 * its network. "failed": recent connections from there have failed. "new": neither.
 */
export type Standing = "known" | "new" | "failed";

/** How long logins are remembered after the tunnel's end, in milliseconds. */
const KNOWN_FOR = 7 * 24 * 3_600_000;
/** Maximum clients remembered; the least recently seen one is evicted. */
const MAX_CLIENTS = 16_384;
/** Maximum networks remembered per client: a second line, or a branch that moves. */
const NETWORKS_PER_CLIENT = 4;

/** How long failures are remembered, in milliseconds. */
const FAILED_FOR = 60_000;
const MAX_FAILED = 8_192;
/** Failures from which a wide network counts as failed: one address does not decide about it. */
const WIDE_FAILURES = 8;

/** A network from which a client has logged in. */
export interface ClientNetwork {
  readonly client: string;
  /** As named by `networksOf`. */
  readonly network: string;
  /** Time since the latest login there, or the end of its tunnel, in milliseconds. */
  readonly age: number;
}

interface Failures {
  count: number;
  until: number;
}

/** Networks from which clients have logged in, and networks from which connections have failed. */
export class Reputation {
  #now: () => number;
  /** Networks by client, latest client last, and the time until which each is remembered. */
  #clients = new Map<string, Map<string, number>>();
  /** Number of remembered clients by network; the network of the latest login is last. */
  #logins = new Map<string, number>();
  #latest: readonly string[] | undefined;
  #failures = new Map<string, Failures>();
  #changes = 0;

  /** `now` returns milliseconds of a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Records that a client has authenticated, or that its tunnel has ended. */
  loggedIn(client: string, { own }: Networks): void {
    this.#remember(client, own, 0);
  }

  /** Remembers what an earlier process knew, oldest first; ignores what is too old. */
  restore({ client, network, age }: ClientNetwork): void {
    if (age < KNOWN_FOR) this.#remember(client, network, age);
  }

  /** Grows when a client gets a network, and when one is forgotten by name. */
  get changes(): number {
    return this.#changes;
  }

  /** What is remembered of clients; of each client, and of all, the latest last. */
  *clientNetworks(): Generator<ClientNetwork> {
    const now = this.#now();
    for (const [client, networks] of this.#clients) {
      for (const [network, until] of networks) {
        if (until > now) yield { client, network, age: now + KNOWN_FOR - until };
      }
    }
  }

  /** Forgets a client that is no longer configured. */
  forget(client: string): void {
    const networks = this.#clients.get(client);
    if (networks === undefined) return;
    this.#clients.delete(client);
    while (networks.size > 0) this.#forgetFirst(networks);
    this.#changes++;
  }

  #remember(client: string, own: string, age: number): void {
    const networks = this.#clients.get(client) ?? new Map<string, number>();
    this.#clients.delete(client);
    this.#clients.set(client, networks);
    const again = networks.delete(own);
    networks.set(own, this.#now() + KNOWN_FOR - age);
    if (!again) this.#changes++;
    const clients = this.logins({ own }) + (again ? 0 : 1);
    this.#logins.delete(own);
    this.#logins.set(own, clients);
    this.#latest = undefined;
    if (networks.size > NETWORKS_PER_CLIENT) this.#forgetFirst(networks);
    if (this.#clients.size > MAX_CLIENTS) {
      const [[name, oldest]] = this.#clients;
      this.#clients.delete(name);
      while (oldest.size > 0) this.#forgetFirst(oldest);
    }
    this.#forgetExpired();
  }

  /** Records that a connection failed through its own fault. */
  failed({ own, wide }: Networks): void {
    const now = this.#now();
    for (const network of [own, ...wide]) {
      const former = this.#failures.get(network);
      const count = former !== undefined && former.until > now ? former.count + 1 : 1;
      this.#failures.delete(network);
      this.#failures.set(network, { count, until: now + FAILED_FOR });
    }
    for (const network of this.#failures.keys()) {
      if (this.#failures.size <= MAX_FAILED) break;
      this.#failures.delete(network);
    }
  }

  /** Number of clients that have recently logged in from a network. */
  logins({ own }: Pick<Networks, "own">): number {
    return this.#logins.get(own) ?? 0;
  }

  /** Whether a client has recently logged in from the network of an address. */
  isKnown(host: string): boolean {
    return this.logins(networksOf(host)) > 0;
  }

  /** At most `most` networks of clients, latest last; the same array while nothing changes. */
  latest(most: number): readonly string[] {
    return this.#latest ??= [...this.#logins.keys()].slice(-most);
  }

  standing(networks: Networks): Standing {
    if (this.logins(networks) > 0) return "known";
    const failed = this.#recent(networks.own) > 0 ||
      networks.wide.some((network) => this.#recent(network) >= WIDE_FAILURES);
    return failed ? "failed" : "new";
  }

  #recent(network: string): number {
    const failures = this.#failures.get(network);
    return failures !== undefined && failures.until > this.#now() ? failures.count : 0;
  }

  /** Subtracts one client of a network. */
  #release(network: string): void {
    const clients = this.logins({ own: network }) - 1;
    if (clients > 0) this.#logins.set(network, clients);
    else this.#logins.delete(network);
    this.#latest = undefined;
  }

  #forgetFirst(networks: Map<string, number>): void {
    for (const network of networks.keys()) {
      networks.delete(network);
      return this.#release(network);
    }
  }

  /** Checks only the least recently seen clients: each login forgets at most two. */
  #forgetExpired(): void {
    for (let looks = 0; looks < 2; looks++) {
      for (const [name, networks] of this.#clients) {
        for (const until of networks.values()) {
          if (until > this.#now()) return;
          this.#forgetFirst(networks);
        }
        this.#clients.delete(name);
        break;
      }
    }
  }
}
