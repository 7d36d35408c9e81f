/** What an event is about. */
export type EventKind =
  | "session-opened"
  | "session-closed"
  | "tunnel-up"
  | "tunnel-down"
  | "tunnel-rejected"
  | "name-in-use"
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
/** Of which so many may be of the kinds that somebody without a session can cause at will. */
export const MAX_REFUSALS = 128;
const REFUSALS: ReadonlySet<EventKind> = new Set(["tunnel-rejected", "refused"]);

/** The latest events, and who wants to hear of the next. A flood of refusals displaces no other. */
export class EventFeed {
  #refusals = new EventRing(MAX_REFUSALS);
  #others = new EventRing(MAX_EVENTS - MAX_REFUSALS);
  #count = 0;
  #wallClock: () => number;
  #subscribers = new Set<(event: FeedEvent) => void>();

  constructor(wallClock: () => number) {
    this.#wallClock = wallClock;
  }

  /** Notes an event and tells all subscribers. */
  emit(kind: EventKind, facts: Readonly<Record<string, unknown>>): void {
    const event = { number: ++this.#count, time: this.#wallClock(), kind, facts };
    (REFUSALS.has(kind) ? this.#refusals : this.#others).add(event);
    for (const tell of this.#subscribers) tell(event);
  }

  /** Of the events that are kept those after this number, oldest first. */
  after(number: number): FeedEvent[] {
    const events = [...this.#refusals.after(number), ...this.#others.after(number)];
    return events.sort((one, other) => one.number - other.number);
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

/** The latest events, up to a number of them. */
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
