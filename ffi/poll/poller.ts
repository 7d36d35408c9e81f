import { unwrap } from "../errno.ts";
import { libc } from "../libc.ts";

const EFD_NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;
const POLLIN = 1;
const POLLERR_HUP_NVAL = 0x8 | 0x10 | 0x20;

// struct pollfd { int fd; short events; short revents }: the socket, the eventfd, the event loop.
const FD = 0;
const EVENTS = 4;
const RESULT = 6;
const SOCKET = 0;
const EVENT = 8;
const LOOP = 16;
const POLL_BYTES = 24;

/** Pass this as the socket to wait for everything else only; poll(2) ignores negative numbers. */
export const NO_SOCKET = -1;

/** How a wait ended. */
export type Outcome =
  /** The socket has frames. */
  | "readable"
  /** The socket has an error, or `wake` was called. */
  | "check"
  /** Deno's event loop has work. */
  | "loop"
  | "timeout";

/**
 * Waits for a socket to become readable, in one of two ways. `wait` runs on a thread of Deno's
 * pool: the event loop keeps running, and a wakeup costs two thread switches. `watch` runs on the
 * event loop's own thread and ends when the loop has work. An eventfd ends both.
 */
export class Poller {
  #event: number;
  #poll = new Uint8Array(POLL_BYTES);
  #view = new DataView(this.#poll.buffer);
  /** struct timespec: seconds and nanoseconds. */
  #timeout = new Uint8Array(16);
  #timeoutWords = new Uint32Array(this.#timeout.buffer);
  /** Added to the eventfd's counter by a wakeup. */
  #one = new Uint8Array(new BigUint64Array([1n]).buffer);

  constructor() {
    this.#event = unwrap(libc().eventfd(0, EFD_NONBLOCK_CLOEXEC), "eventfd", "wait for frames");
    for (const at of [SOCKET, EVENT, LOOP]) this.#view.setInt16(at + EVENTS, POLLIN, true);
    this.#view.setInt32(EVENT + FD, this.#event, true);
  }

  /** Waits on a thread of the pool, for at most `milliseconds`, or without limit. */
  async wait(fd: number, milliseconds?: number): Promise<Outcome> {
    this.#prepare(fd, milliseconds ?? 0);
    const timeout = milliseconds === undefined ? null : this.#timeout;
    await libc().ppollAside(this.#poll, 2, timeout, null);
    return this.#outcome();
  }

  /** Waits on this thread, for at most `milliseconds` or until the event loop `loop` has work. */
  watch(fd: number, loop: number, milliseconds: number): Outcome {
    this.#prepare(fd, milliseconds);
    this.#view.setInt32(LOOP + FD, loop, true);
    libc().ppoll(this.#poll, 3, this.#timeout, null);
    return this.#outcome();
  }

  /** Ends the pending wait, or the next one if none is pending. */
  wake(): void {
    libc().write(this.#event, this.#one, this.#one.length);
  }

  /** Closes the eventfd; no wait may be pending. `wake` has no effect after this. */
  release(): void {
    libc().close(this.#event);
    this.#event = -1;
  }

  #prepare(fd: number, milliseconds: number): void {
    this.#view.setInt32(SOCKET + FD, fd, true);
    this.#view.setInt16(SOCKET + RESULT, 0, true);
    this.#view.setInt16(EVENT + RESULT, 0, true);
    this.#view.setInt16(LOOP + RESULT, 0, true);
    this.#timeoutWords[0] = Math.trunc(milliseconds / 1000);
    this.#timeoutWords[2] = Math.trunc(milliseconds % 1000 * 1_000_000);
  }

  #outcome(): Outcome {
    const socket = this.#view.getInt16(SOCKET + RESULT, true);
    if (this.#view.getInt16(EVENT + RESULT, true) !== 0) {
      libc().read(this.#event, new Uint8Array(8), 8);
      return "check";
    }
    if ((socket & POLLERR_HUP_NVAL) !== 0) return "check";
    if (socket !== 0) return "readable";
    return this.#view.getInt16(LOOP + RESULT, true) !== 0 ? "loop" : "timeout";
  }
}
