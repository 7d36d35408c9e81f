import { classOf, type EventClass } from "../history/event_class.ts";
import type { SnakeCase } from "../snake_case.ts";

/** Kind of an event. */
export type EventKind =
  | "session-opened"
  | "session-closed"
  | "tunnel-up"
  | "tunnel-lost"
  | "tunnel-closed"
  | "connect-failed"
  | "tunnel-rejected"
  | "name-in-use"
  | "interface-up"
  | "interface-down"
  | "refused"
  | "reload"
  | "drain"
  | "ac-answers"
  | "ac-refused"
  | "ac-silent"
  | "server-refused"
  | "capture"
  | "resumed"
  | "certificate";

/** An event. */
export interface FeedEvent {
  /** Counts up from 1. */
  readonly number: number;
  /** Wall-clock time, in milliseconds. */
  readonly time: number;
  readonly kind: EventKind;
  /** For people; JSON values. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Maximum number of events kept of each class. */
export const MAX_OF_CLASS: Readonly<Record<EventClass, number>> = {
  others: 96,
  tunnels: 128,
  refusals: 128,
  sessions: 160,
};
/** Maximum number of events kept. */
export const MAX_EVENTS = 512;

/** The latest events and their subscribers. A flood of one class evicts no event of another. */
export class EventFeed {
  #rings: Readonly<Record<EventClass, EventRing>> = {
    others: new EventRing(MAX_OF_CLASS.others),
    tunnels: new EventRing(MAX_OF_CLASS.tunnels),
    refusals: new EventRing(MAX_OF_CLASS.refusals),
    sessions: new EventRing(MAX_OF_CLASS.sessions),
  };
  #count = 0;
  #wallClock: () => number;
  #subscribers = new Set<(event: FeedEvent) => void>();

  constructor(wallClock: () => number) {
    this.#wallClock = wallClock;
  }

  /** Records an event and notifies all subscribers. */
  emit<T extends object>(kind: EventKind, facts: T & SnakeCase<T>): void {
    const event: FeedEvent = {
      number: ++this.#count,
      time: this.#wallClock(),
      kind,
      facts: { ...facts },
    };
    this.#rings[classOf(kind)].add(event);
    for (const notify of this.#subscribers) notify(event);
  }

  /** Returns the kept events after this number, oldest first. */
  after(number: number): FeedEvent[] {
    const events = Object.values(this.#rings).flatMap((ring) => ring.after(number));
    return events.sort((one, other) => one.number - other.number);
  }

  /** Number of the latest event; 0 before the first. */
  get latest(): number {
    return this.#count;
  }

  /**
   * Calls `tell`, which must not throw, for every later event; returns a function that stops it.
   */
  subscribe(notify: (event: FeedEvent) => void): () => void {
    this.#subscribers.add(notify);
    return () => void this.#subscribers.delete(notify);
  }
}

/** A ring of the latest events. */
class EventRing {
  #events: FeedEvent[] = [];
  #added = 0;
  #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  add(event: FeedEvent): void {
    this.#events[this.#added++ % this.#size] = event;
  }

  after(number: number): FeedEvent[] {
    return this.#events.filter((event) => event.number > number);
  }
}
