import { isAbandoned } from "../../../ffi/file/pipe_reader.ts";

const STDOUT = 1;
/** Interval between checks, in milliseconds. */
const PERIOD = 200;

/**
 * Detects that the reader of stdout has closed, as after `| head`. Without it a command that runs
 * until interrupted would never end while it has nothing to write.
 */
export class StdoutReader implements Disposable {
  #left = new AbortController();
  #timer: ReturnType<typeof setInterval>;

  constructor() {
    this.#timer = setInterval(() => this.#look(), PERIOD);
  }

  /** Aborted once the reader has closed. */
  get left(): AbortSignal {
    this.#look();
    return this.#left.signal;
  }

  /** Waits this many milliseconds, or until the reader closes. */
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
