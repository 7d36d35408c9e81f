import {
  DEFAULT_LIMIT,
  isWanted,
  type PastQuery,
  type PastSession,
  type PastSessions,
} from "./past.ts";

/** The most recent past sessions, in memory, for a daemon without a store. */
export class RecentSessions implements PastSessions {
  #max: number;
  /** A ring: the oldest is at `#next` once it is full. */
  #past: PastSession[] = [];
  #next = 0;

  /** `max` is the number of past sessions to keep. */
  constructor(max: number) {
    this.#max = max;
  }

  add(past: PastSession): void {
    this.#past[this.#next] = past;
    this.#next = (this.#next + 1) % this.#max;
  }

  query(query: PastQuery = {}): PastSession[] {
    const { limit = DEFAULT_LIMIT, offset = 0 } = query;
    return this.#wanted(query).slice(offset, offset + limit);
  }

  count(query: PastQuery = {}): number {
    return this.#wanted(query).length;
  }

  #wanted(query: PastQuery): PastSession[] {
    const ordered = [...this.#past.slice(this.#next), ...this.#past.slice(0, this.#next)];
    return ordered.reverse().filter((past) => isWanted(past, query));
  }
}
