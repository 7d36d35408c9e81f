import { unwrap } from "./errno.ts";
import { libc } from "./libc.ts";

const EFD_NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;
const POLLIN = 1;
const POLLERR_HUP_NVAL = 0x8 | 0x10 | 0x20;
const NO_TIMEOUT = -1;

/**
 * Waits for a socket to become readable, on a thread of Deno's pool, so that waiting costs no
 * CPU. An eventfd in the same poll ends it at once.
 */
export class Waker {
  #event: number;
  /** Two of struct pollfd { int fd; short events; short revents }. */
  #poll = new Uint8Array(16);
  #view = new DataView(this.#poll.buffer);

  constructor() {
    this.#event = unwrap(libc().eventfd(0, EFD_NONBLOCK_CLOEXEC), "eventfd", "wait for frames");
    this.#view.setInt32(8, this.#event, true);
    this.#view.setInt16(12, POLLIN, true);
  }

  /** Resolves when the socket is readable, in error, or `wake` was called; tells whether in error. */
  async wait(fd: number): Promise<"readable" | "error"> {
    this.#view.setInt32(0, fd, true);
    this.#view.setInt16(4, POLLIN, true);
    this.#view.setInt16(6, 0, true);
    await libc().poll(this.#poll, 2, NO_TIMEOUT);
    return (this.#view.getInt16(6, true) & POLLERR_HUP_NVAL) === 0 ? "readable" : "error";
  }

  /** Ends a pending wait and every later one. */
  wake(): void {
    const one = new Uint8Array(8);
    one[0] = 1;
    libc().write(this.#event, one, one.length);
  }

  /** Closes the eventfd; no wait may be pending. */
  release(): void {
    libc().close(this.#event);
  }
}
