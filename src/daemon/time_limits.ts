/**
 * Time limits of many things with one timer. Most things end long before their limit, and one timer
 * each would cost more than the things themselves. Each expiry scans all of them, so they must be
 * few.
 */
export class TimeLimits<Thing> {
  #now: () => number;
  #expired: (thing: Thing) => void;
  /** Deadline of each thing. */
  #due = new Map<Thing, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer is due. */
  #next = Infinity;

  /**
   * `now` is a monotonic clock in milliseconds; `expired` is called once for a thing that is
   * overdue.
   */
  constructor(now: () => number, expired: (thing: Thing) => void) {
    this.#now = now;
    this.#expired = expired;
  }

  /** Sets a thing's limit, in milliseconds from now, replacing an earlier one. */
  begin(thing: Thing, milliseconds: number): void {
    const due = this.#now() + milliseconds;
    this.#due.set(thing, due);
    this.#arm(due);
  }

  /** Removes a thing that has ended. */
  end(thing: Thing): void {
    this.#due.delete(thing);
    if (this.#due.size > 0) return;
    clearTimeout(this.#timer);
    this.#next = Infinity;
  }

  #arm(due: number): void {
    if (due >= this.#next) return;
    clearTimeout(this.#timer);
    this.#next = due;
    this.#timer = setTimeout(() => this.#look(), Math.max(0, Math.ceil(due - this.#now())));
  }

  #look(): void {
    this.#next = Infinity;
    const now = this.#now();
    let next = Infinity;
    for (const [thing, due] of this.#due) {
      if (due > now) next = Math.min(next, due);
      else {
        this.#due.delete(thing);
        this.#expired(thing);
      }
    }
    if (this.#due.size > 0) this.#arm(next);
  }
}
