/** Entries kept; what comes after them is counted in `lost`. */
const MAX_ENTRIES = 100_000;
/** Milliseconds to wait for an entry where nothing else is said. */
const DEFAULT_TIMEOUT = 5_000;

/** How to wait for an entry. */
export interface WaitOptions {
  /** Entries before this index do not count (see {@linkcode Journal.length}). */
  since?: number;
  /** Milliseconds. */
  timeout?: number;
}

interface Waiter<T> {
  match: (entry: T) => boolean;
  resolve: (entry: T) => void;
}

/** What happened, in order, and a way to wait for what is to happen, without polling. */
export class Journal<T> {
  /** Everything seen, oldest first. */
  readonly entries: T[] = [];
  /** Entries that were not kept, because there were too many. */
  lost = 0;
  #waiters = new Set<Waiter<T>>();
  #show: (entry: T) => string;

  /** `show` renders an entry for the message of a wait in vain. */
  constructor(show: (entry: T) => string = String) {
    this.#show = show;
  }

  /** Index that the next entry gets. */
  get length(): number {
    return this.entries.length;
  }

  /** Adds an entry and wakes who waits for it. */
  add(entry: T): void {
    if (this.entries.length < MAX_ENTRIES) this.entries.push(entry);
    else this.lost++;
    for (const waiter of this.#waiters) {
      if (!waiter.match(entry)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(entry);
    }
  }

  /** The entries that match. */
  all(match: (entry: T) => boolean, since = 0): T[] {
    return this.entries.slice(since).filter(match);
  }

  /** The first entry that matches, past or to come; rejects with the last entries after the timeout. */
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

  /** Resolves when there are this many entries. */
  async reach(length: number, what: string, options: WaitOptions = {}): Promise<void> {
    if (this.length >= length) return;
    await this.first(() => this.length >= length, `${length} ${what}`, {
      ...options,
      since: this.length,
    });
  }

  #inVain(what: string, timeout: number): string {
    const last = this.entries.slice(-12).map((entry) => `\n  ${this.#show(entry)}`);
    return `Waited ${timeout} ms in vain for ${what}; last seen:${last.join("") || " nothing"}`;
  }
}
