import { probeDescriptors } from "../descriptors.ts";
import { errno, libc } from "../libc.ts";

const EPOLL_CTL_DEL = 2;
const ENOENT = 2;

/**
 * The epoll instance in which Deno's event loop waits, or -1 if not found. The instance itself
 * becomes readable when the loop has work (epoll(7)), so the loop's thread can wait for it and for
 * one of our sockets at the same time. `pollable` is any open socket that Deno does not watch.
 *
 * An instance is recognised by its answer when asked to remove a file that it does not watch:
 * ENOENT. Any other file answers EINVAL (epoll_ctl(2)).
 */
export function findEventLoop(pollable: number): number {
  for (const loop of findEventLoops(pollable)) return loop;
  return -1;
}

/**
 * The epoll instances of this process, the lowest first. A program has one, which Deno opens before
 * anything else; `deno test` has one per file that it runs, above whatever is open by then.
 */
export function* findEventLoops(pollable: number): Generator<number> {
  const event = new Uint8Array(12); // struct epoll_event, ignored by EPOLL_CTL_DEL
  const removal = (fd: number): number =>
    libc().epoll_ctl(fd, EPOLL_CTL_DEL, pollable, event) < 0 ? errno() : 0;
  for (const [fd, error] of probeDescriptors(removal)) {
    if (error === ENOENT) yield fd;
  }
}
