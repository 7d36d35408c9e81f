/** What an event is about. */
export type EventKind =
  | "session-opened"
  | "session-closed"
  | "tunnel-up"
  | "tunnel-down"
  | "tunnel-rejected"
  | "interface-up"
  | "interface-down"
  | "refused"
  | "reload"
  | "drain"
  | "capture"
  | "resumed"
  | "certificate";

/** Something that happened. */
export interface FeedEvent {
  /** Counts up from 1. */
  readonly number: number;
  /** Wall clock, milliseconds. */
  readonly time: number;
  readonly kind: EventKind;
  /** For people; keys and values as JSON has them. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Events kept. */
export const MAX_EVENTS = 512;

/** The latest events, and who wants to hear of the next. */
export class EventFeed {
  #ring: FeedEvent[] = [];
  #count = 0;
  #wallClock: () => number;
  #subscribers = new Set<(event: FeedEvent) => void>();

  constructor(wallClock: () => number) {
    this.#wallClock = wallClock;
  }

  /** Notes an event and tells all subscribers. */
  emit(kind: EventKind, facts: Readonly<Record<string, unknown>>): void {
    const event = { number: ++this.#count, time: this.#wallClock(), kind, facts };
    this.#ring[event.number % MAX_EVENTS] = event;
    for (const tell of this.#subscribers) tell(event);
  }

  /** Of the events that are kept those after this number, oldest first. */
  after(number: number): FeedEvent[] {
    const events: FeedEvent[] = [];
    const first = Math.max(number, this.#count - MAX_EVENTS, 0) + 1;
    for (let next = first; next <= this.#count; next++) events.push(this.#ring[next % MAX_EVENTS]);
    return events;
  }

  /** Number of the latest event; 0 before the first. */
  get latest(): number {
    return this.#count;
  }

  /** Calls `tell` for every event to come, which must not throw; the function that ends it. */
  subscribe(tell: (event: FeedEvent) => void): () => void {
    this.#subscribers.add(tell);
    return () => void this.#subscribers.delete(tell);
  }
}
