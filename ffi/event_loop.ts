import { errno, libc } from "./libc.ts";

const EPOLL_CTL_DEL = 2;
const ENOENT = 2;
/** Deno's own files are opened first and have low numbers. */
const MAX_FD = 64;

/**
 * The epoll instance that Deno's event loop sleeps in, or -1 where there is none to be found. It is
 * readable itself when the loop has something to do (epoll(7)), so the loop's thread can wait for
 * it and for a socket of ours at once. `pollable` is any open socket that Deno does not watch.
 *
 * An instance is recognised by its answer to the removal of a file that it does not hold: ENOENT,
 * where any other file answers EINVAL (epoll_ctl(2)).
 */
export function findEventLoop(pollable: number): number {
  return findEventLoops(pollable)[0] ?? -1;
}

/** All epoll instances of this process: `deno test` has several event loops. */
export function findEventLoops(pollable: number): number[] {
  const event = new Uint8Array(12); // struct epoll_event, not looked at by EPOLL_CTL_DEL
  const found: number[] = [];
  for (let fd = 0; fd < MAX_FD; fd++) {
    if (fd === pollable) continue;
    if (libc().epoll_ctl(fd, EPOLL_CTL_DEL, pollable, event) < 0 && errno() === ENOENT) {
      found.push(fd);
    }
  }
  return found;
}
