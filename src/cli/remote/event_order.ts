import type { ReceivedEvent } from "./received_events.ts";

/** Which events of a stream have not been seen, across restarts of the daemon. Pure. */
export class EventOrder {
  #process = "";
  #last = 0;

  /** Begins a stream of a process, which numbers its events from 1. */
  begin(process: string): void {
    if (process !== this.#process) this.#last = 0;
    this.#process = process;
  }

  /** Whether an event has not been seen; times may go back, as clocks are set. */
  isNew({ number }: Pick<ReceivedEvent, "number">): boolean {
    if (number <= this.#last) return false;
    this.#last = number;
    return true;
  }
}
