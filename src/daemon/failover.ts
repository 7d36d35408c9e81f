/** When a client switches to another server. Milliseconds. */
export interface FailoverOptions {
  /** Time after losing a tunnel with sessions in which only their server is tried. */
  failoverAfter: number;
  /**
   * Interval between attempts to move from a less preferred server back to a better one; 0 for
   * never.
   */
  failbackAfter: number;
}

/**
 * Decides which server a client tries next. Servers are numbered in order of preference.
 *
 *     looking ──connected──▶ at home ──lost──▶ calling home ──connected──▶ at home
 *        ▲                      │                    │
 *        └──lost, no sessions───┘                    └──failoverAfter──▶ looking
 *
 * While looking, it tries all in turn, from the first. While at home on another server than the
 * first, it tries those of higher preference periodically.
 */
export class Failover {
  #count: number;
  #options: FailoverOptions;
  #turn = 0;
  #home: number | undefined;
  #lostAt = 0;

  /** `count` is the number of servers, at least one. */
  constructor(count: number, options: FailoverOptions) {
    this.#count = count;
    this.#options = options;
  }

  /** Applies new times. */
  reconfigure(options: FailoverOptions): void {
    this.#options = options;
  }

  /** Returns the server to try at `now`. */
  next(now: number): number {
    if (this.#home !== undefined && now - this.#lostAt < this.#options.failoverAfter) {
      return this.#home;
    }
    this.#home = undefined;
    return this.#turn++ % this.#count;
  }

  /** Records that a tunnel to this server is up. */
  connected(server: number): void {
    this.#home = server;
  }

  /** Records that the tunnel was lost at `now`, with or without sessions. */
  lost(now: number, hasSessions: boolean): void {
    this.#lostAt = now;
    this.#turn = 0;
    if (!hasSessions) this.#home = undefined;
  }

  /** Returns the servers preferred to this one, and after how many milliseconds to try them. */
  better(server: number): { servers: number[]; after: number } | undefined {
    const after = this.#options.failbackAfter;
    if (server === 0 || after === 0) return undefined;
    return { servers: Array.from({ length: server }, (_, i) => i), after };
  }
}
