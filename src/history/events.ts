import { classOf, type EventClass } from "./event_class.ts";

/** An event of the history. */
export interface HistoryEvent {
  /** Wall-clock time, in milliseconds. */
  readonly time: number;
  readonly kind: string;
  /** For people; JSON values. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Time for which events are kept, in milliseconds. */
const KEPT = 24 * 3_600_000;
/** Maximum number of events kept of each class: no class evicts another's. */
export const MAX_PER_CLASS: Readonly<Record<EventClass, number>> = {
  refusals: 128,
  sessions: 1_024,
  tunnels: 512,
  others: 512,
};
/** Maximum length of an event's facts as JSON, in UTF-16 code units; longer ones are left out. */
export const MAX_FACTS = 2_048;

/** The events of the last 24 hours, as many as there is room for. */
export class HistoryEvents {
  #byClass: Record<EventClass, HistoryEvent[]> = {
    refusals: [],
    sessions: [],
    tunnels: [],
    others: [],
  };

  add({ time, kind, facts }: HistoryEvent): void {
    const kept = JSON.stringify(facts).length > MAX_FACTS ? {} : facts;
    const which = classOf(kind);
    const events = this.#byClass[which];
    events.push({ time, kind, facts: kept });
    if (events.length > MAX_PER_CLASS[which]) events.shift();
  }

  /** Returns the events from `from` to before `to`, oldest first. */
  between(from: number, to: number): HistoryEvent[] {
    return Object.values(this.#byClass).flat()
      .filter(({ time }) => time >= from && time < to)
      .sort((one, other) => one.time - other.time);
  }

  /** Forgets events that are too old at the time `now`. */
  expire(now: number): void {
    for (const events of Object.values(this.#byClass)) {
      const fresh = events.findIndex(({ time }) => time >= now - KEPT);
      events.splice(0, fresh < 0 ? events.length : fresh);
    }
  }
}
