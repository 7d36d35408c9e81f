/** A clock that stands still until a test moves it, with timers. */
export class Clock {
  /** Milliseconds. */
  time = 1_000_000;
  #timers: { at: number; run: () => void }[] = [];

  /** Calls back when the clock has been moved so far. */
  later(milliseconds: number, run: () => void): void {
    this.#timers.push({ at: this.time + milliseconds, run });
  }

  /** Moves the clock; what is due on the way runs at its time. */
  advance(milliseconds: number): void {
    const until = this.time + milliseconds;
    while (true) {
      const next = this.#timers.reduce(
        (a, b) => b.at < a.at ? b : a,
        { at: Infinity, run() {} },
      );
      if (next.at > until) break;
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.time = next.at;
      next.run();
    }
    this.time = until;
  }
}
