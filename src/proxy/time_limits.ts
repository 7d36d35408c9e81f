/**
 * Time limits of many things by one timer, where most things end long before: a timer each would cost
 * more than the things do. It looks at all of them once a limit, so that they have to be few.
 */
export class TimeLimits<Thing> {
  #now: () => number;
  #expired: (thing: Thing) => void;
  /** When each has to have ended. */
  #due = new Map<Thing, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer is due. */
  #next = Infinity;

  /** `now` gives milliseconds of a steady clock; `expired` is called once for what has not ended in time. */
  constructor(now: () => number, expired: (thing: Thing) => void) {
    this.#now = now;
    this.#expired = expired;
  }

  /** A thing may last so many milliseconds from now on, whatever was said of it before. */
  begin(thing: Thing, milliseconds: number): void {
    const due = this.#now() + milliseconds;
    this.#due.set(thing, due);
    this.#arm(due);
  }

  /** It has ended. */
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
