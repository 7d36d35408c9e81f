import { errno, libc } from "../libc.ts";

const EPOLL_CTL_DEL = 2;
const ENOENT = 2;
/** Maximum descriptor searched: Deno opens its own files first, so they have low numbers. */
const MAX_FD = 64;

/**
 * The epoll instance in which Deno's event loop waits, or -1 if not found. The instance itself
 * becomes readable when the loop has work (epoll(7)), so the loop's thread can wait for it and for
 * one of our sockets at the same time. `pollable` is any open socket that Deno does not watch.
 *
 * An instance is recognised by its answer when asked to remove a file that it does not watch:
 * ENOENT. Any other file answers EINVAL (epoll_ctl(2)).
 */
export function findEventLoop(pollable: number): number {
  return findEventLoops(pollable)[0] ?? -1;
}

/** All epoll instances of this process: `deno test` has several event loops. */
export function findEventLoops(pollable: number): number[] {
  const event = new Uint8Array(12); // struct epoll_event, ignored by EPOLL_CTL_DEL
  const found: number[] = [];
  for (let fd = 0; fd < MAX_FD; fd++) {
    if (fd === pollable) continue;
    if (libc().epoll_ctl(fd, EPOLL_CTL_DEL, pollable, event) < 0 && errno() === ENOENT) {
      found.push(fd);
    }
  }
  return found;
}
