/**
 * Time after which a login no longer keeps the next one from beginning, in milliseconds: the path
 * may have ended in between.
 */
const TURN = 2_500;

/** Lets one attempt log in at a time: a server ends a client's tunnel when the client logs in. */
export class LoginTurns {
  #last: Promise<void> = Promise.resolve();
  /** Number of logins under way. */
  active = 0;

  /** Waits for the turn; the returned function ends it. */
  async next(): Promise<() => void> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    const expired = Promise.withResolvers<void>();
    const timer = setTimeout(expired.resolve, TURN);
    await Promise.race([before, expired.promise]);
    clearTimeout(timer);
    this.active++;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.active--;
      resolve();
    };
  }
}
