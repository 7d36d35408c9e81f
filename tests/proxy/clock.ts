/** A clock that only a test advances, with timers. */
export class Clock {
  /** Current time, in milliseconds. */
  time = 1_000_000;
  #timers: { at: number; run: () => void }[] = [];

  /** Calls back when the clock has advanced by this time. */
  later(milliseconds: number, run: () => void): void {
    this.#timers.push({ at: this.time + milliseconds, run });
  }

  /** Advances the clock; timers due on the way run at their time. */
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
