import { isAbandoned } from "../../ffi/pipe_reader.ts";

const STDOUT = 1;
/** How soon it is noticed. Milliseconds. */
const PERIOD = 200;

/**
 * Notices that nobody reads stdout any more, as after `| head`: a command that goes on until it is
 * interrupted would otherwise do so for ever, above all while it has nothing to write.
 */
export class StdoutReader implements Disposable {
  #left = new AbortController();
  #timer: ReturnType<typeof setInterval>;

  constructor() {
    this.#timer = setInterval(() => this.#look(), PERIOD);
  }

  /** Aborted once nobody reads. */
  get left(): AbortSignal {
    this.#look();
    return this.#left.signal;
  }

  /** Waits, but no longer than somebody reads. Milliseconds. */
  async wait(time: number): Promise<void> {
    const { left } = this;
    if (left.aborted) return;
    const ended = Promise.withResolvers<void>();
    const timer = setTimeout(ended.resolve, time);
    left.addEventListener("abort", () => ended.resolve(), { once: true });
    await ended.promise;
    clearTimeout(timer);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    if (!this.#left.signal.aborted && isAbandoned(STDOUT)) this.#left.abort();
  }
}
