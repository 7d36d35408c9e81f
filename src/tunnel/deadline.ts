/** A time limit as a signal, which aborts earlier where another one does; dispose it in the end. */
export class Deadline implements Disposable {
  readonly signal: AbortSignal;
  #timer: ReturnType<typeof setTimeout>;

  /** Milliseconds; the signal's reason is a TimedOut with this message, or the other one's. */
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
