/** When a client goes to another server. Milliseconds. */
export interface ServerChoiceOptions {
  /** For so long after a tunnel with sessions was lost, only their server is tried. */
  failoverAfter: number;
  /** A tunnel to a server that is not the first is tried to be moved back so often; 0 for never. */
  failbackAfter: number;
}

/**
 * Which server a client tries next. Servers are numbered in order of preference.
 *
 *     looking ──connected──▶ at home ──lost──▶ calling home ──connected──▶ at home
 *        ▲                      │                    │
 *        └──lost, no sessions───┘                    └──failoverAfter──▶ looking
 *
 * Looking, all are tried in turn, the first one first. At home on another than the first, those
 * before it are tried now and then.
 */
export class ServerChoice {
  #count: number;
  #options: ServerChoiceOptions;
  #turn = 0;
  #home: number | undefined;
  #lostAt = 0;

  /** `count` is the number of servers, at least one. */
  constructor(count: number, options: ServerChoiceOptions) {
    this.#count = count;
    this.#options = options;
  }

  /** Takes over other times. */
  reconfigure(options: ServerChoiceOptions): void {
    this.#options = options;
  }

  /** The server to try at `now`. */
  next(now: number): number {
    if (this.#home !== undefined && now - this.#lostAt < this.#options.failoverAfter) {
      return this.#home;
    }
    this.#home = undefined;
    return this.#turn++ % this.#count;
  }

  /** A tunnel to this server is up. */
  connected(server: number): void {
    this.#home = server;
  }

  /** The tunnel was lost at `now`, with or without sessions. */
  lost(now: number, hasSessions: boolean): void {
    this.#lostAt = now;
    this.#turn = 0;
    if (!hasSessions) this.#home = undefined;
  }

  /** The servers that are preferred to this one, and in how many milliseconds to try them. */
  better(server: number): { servers: number[]; after: number } | undefined {
    const after = this.#options.failbackAfter;
    if (server === 0 || after === 0) return undefined;
    return { servers: Array.from({ length: server }, (_, i) => i), after };
  }
}
