/** Maximum number of entries kept; later ones are counted in `lost`. */
const MAX_ENTRIES = 100_000;
/**
 * Default time to wait for an entry, in milliseconds: as long as only a fault takes, because two
 * parts of the suite share the machine's cores. A shorter one needs a reason.
 */
const DEFAULT_TIMEOUT = 60_000;

/** How to wait for an entry. */
export interface WaitOptions {
  /** Entries before this index are ignored (see {@linkcode Journal.length}). */
  since?: number;
  /** Milliseconds. */
  timeout?: number;
}

interface Waiter<T> {
  match: (entry: T) => boolean;
  resolve: (entry: T) => void;
}

/** An ordered record of events, with a way to wait for future ones without polling. */
export class Journal<T> {
  /** All entries, oldest first. */
  readonly entries: T[] = [];
  /** Number of entries not kept because there were too many. */
  lost = 0;
  #waiters = new Set<Waiter<T>>();
  #show: (entry: T) => string;

  /** `show` renders an entry for the message of a wait that timed out. */
  constructor(show: (entry: T) => string = String) {
    this.#show = show;
  }

  /** Index of the next entry. */
  get length(): number {
    return this.entries.length;
  }

  /** Adds an entry and wakes its waiters. */
  add(entry: T): void {
    if (this.entries.length < MAX_ENTRIES) this.entries.push(entry);
    else this.lost++;
    for (const waiter of this.#waiters) {
      if (!waiter.match(entry)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(entry);
    }
  }

  /** Returns the entries that match. */
  all(match: (entry: T) => boolean, since = 0): T[] {
    return this.entries.slice(since).filter(match);
  }

  /**
   * Resolves with the first matching entry, past or future; rejects with the last entries after the
   * timeout.
   */
  async first(
    match: (entry: T) => boolean,
    what: string,
    { since = 0, timeout = DEFAULT_TIMEOUT }: WaitOptions = {},
  ): Promise<T> {
    for (let at = since; at < this.entries.length; at++) {
      if (match(this.entries[at])) return this.entries[at];
    }
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiter = { match, resolve };
    this.#waiters.add(waiter);
    const timer = setTimeout(() => reject(new Error(this.#inVain(what, timeout))), timeout);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    }
  }

  /** Resolves when this many entries exist. */
  async reach(length: number, what: string, options: WaitOptions = {}): Promise<void> {
    if (this.length >= length) return;
    await this.first(() => this.length >= length, `${length} ${what}`, {
      ...options,
      since: this.length,
    });
  }

  #inVain(what: string, timeout: number): string {
    const last = this.entries.slice(-12).map((entry) => `\n  ${this.#show(entry)}`);
    const seen = last.join("") || " nothing";
    return `Timed out after ${timeout} ms waiting for ${what}; last seen:${seen}`;
  }
}
