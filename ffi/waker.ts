import { unwrap } from "./errno.ts";
import { libc } from "./libc.ts";

const EFD_NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;
const POLLIN = 1;
const POLLERR_HUP_NVAL = 0x8 | 0x10 | 0x20;
const NO_TIMEOUT = -1;

// Two of struct pollfd { int fd; short events; short revents }: the socket, the eventfd.
const SOCKET_FD = 0;
const SOCKET_EVENTS = 4;
const SOCKET_RESULT = 6;
const EVENT_FD = 8;
const EVENT_EVENTS = 12;
const EVENT_RESULT = 14;

/**
 * Waits for a socket to become readable, on a thread of Deno's pool, so that waiting costs no
 * CPU. An eventfd in the same poll ends it at once.
 */
export class Waker {
  #event: number;
  #poll = new Uint8Array(16);
  #view = new DataView(this.#poll.buffer);
  /** What a wake adds to the eventfd's counter. */
  #one = new Uint8Array(new BigUint64Array([1n]).buffer);

  constructor() {
    this.#event = unwrap(libc().eventfd(0, EFD_NONBLOCK_CLOEXEC), "eventfd", "wait for frames");
    this.#view.setInt16(SOCKET_EVENTS, POLLIN, true);
    this.#view.setInt32(EVENT_FD, this.#event, true);
    this.#view.setInt16(EVENT_EVENTS, POLLIN, true);
  }

  /** Resolves when the socket is readable, or to `check` when it is in error or `wake` was called. */
  async wait(fd: number): Promise<"readable" | "check"> {
    this.#view.setInt32(SOCKET_FD, fd, true);
    this.#view.setInt16(SOCKET_RESULT, 0, true);
    this.#view.setInt16(EVENT_RESULT, 0, true);
    await libc().poll(this.#poll, 2, NO_TIMEOUT);
    const woken = this.#view.getInt16(EVENT_RESULT, true) !== 0;
    if (woken) libc().read(this.#event, new Uint8Array(8), 8);
    const error = (this.#view.getInt16(SOCKET_RESULT, true) & POLLERR_HUP_NVAL) !== 0;
    return woken || error ? "check" : "readable";
  }

  /** Ends the pending wait, or else the next one. */
  wake(): void {
    libc().write(this.#event, this.#one, this.#one.length);
  }

  /** Closes the eventfd; no wait may be pending. `wake` does nothing from here on. */
  release(): void {
    libc().close(this.#event);
    this.#event = -1;
  }
}
