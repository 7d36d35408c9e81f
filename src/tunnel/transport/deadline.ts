/** A time limit as a signal, which also aborts when another signal does. Dispose it after use. */
export class Deadline implements Disposable {
  readonly signal: AbortSignal;
  #timer: ReturnType<typeof setTimeout>;

  /**
   * `timeout` is in milliseconds. The signal's reason is a TimedOut with this message, or the other
   * signal's reason.
   */
  constructor(timeout: number, message: string, other?: AbortSignal) {
    const controller = new AbortController();
    this.#timer = setTimeout(() => controller.abort(new Deno.errors.TimedOut(message)), timeout);
    this.signal = other === undefined
      ? controller.signal
      : AbortSignal.any([controller.signal, other]);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
