/** What is remembered of networks, for a while and in bounded memory. */
import { type Networks, networksOf } from "./network.ts";

/**
 * How much a connection is trusted before it has said anything. "known": a client has logged in
 * from there lately. "failed": what came from there lately came to nothing. "new": neither.
 */
export type Standing = "known" | "new" | "failed";

/** How long logins are remembered after the tunnel's end. Milliseconds. */
const KNOWN_FOR = 7 * 24 * 3_600_000;
/** Clients remembered; the one that was heard of least lately goes. */
const MAX_CLIENTS = 16_384;
/** Networks remembered of each client: a second line, a branch that moves. */
const NETWORKS_PER_CLIENT = 4;

/** How long failures are remembered. Milliseconds. */
const FAILED_FOR = 60_000;
const MAX_FAILED = 8_192;
/** A wide network is not judged by one address. */
const WIDE_FAILURES = 8;

interface Failures {
  count: number;
  until: number;
}

/** Networks that clients have logged in from, and those that others have failed from. */
export class Reputation {
  #now: () => number;
  /** By client, the latest last: networks, and until when they are remembered. */
  #clients = new Map<string, Map<string, number>>();
  /** How many clients are remembered of a network; the network of the latest login is the last. */
  #logins = new Map<string, number>();
  #latest: readonly string[] | undefined;
  #failures = new Map<string, Failures>();

  /** `now` gives milliseconds of a steady clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A client has proved who it is, or its tunnel has ended. */
  loggedIn(client: string, { own }: Networks): void {
    const networks = this.#clients.get(client) ?? new Map<string, number>();
    this.#clients.delete(client);
    this.#clients.set(client, networks);
    const again = networks.delete(own);
    networks.set(own, this.#now() + KNOWN_FOR);
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

  /** A connection has come to nothing, by its own doing. */
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

  /** Clients that have logged in from a network lately. */
  logins({ own }: Pick<Networks, "own">): number {
    return this.#logins.get(own) ?? 0;
  }

  /** Whether a client has logged in lately from the network of an address. */
  isKnown(host: string): boolean {
    return this.logins(networksOf(host)) > 0;
  }

  /** Up to so many networks of clients, the latest last; the same array as long as nothing is new. */
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

  /** One client fewer is remembered of a network. */
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

  /** Looks at the client that was heard of least lately only: each login forgets up to two. */
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
