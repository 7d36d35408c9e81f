import { probeDescriptors } from "../descriptors.ts";
import { unwrap } from "../errno.ts";
import { errno, libc } from "../libc.ts";

const EPOLL_CTL_DEL = 2;
const ENOENT = 2;
const O_CLOEXEC = 0o2000000;

/** How an epoll instance watches a file (epoll_ctl(2)). */
export interface Watch {
  readonly events: number;
  readonly data: bigint;
}

/**
 * The epoll instance in which this thread's event loop waits, or -1 if not found. The instance
 * itself becomes readable when the loop has work (epoll(7)), so the loop's thread can wait for it
 * and for one of our sockets at the same time. `pollable` is any open socket that Deno does not
 * watch, `watched` one that Deno opened on this thread.
 */
export function findEventLoop(pollable: number, watched: number): number {
  const loops = [...findEventLoops(pollable)];
  if (loops.length === 1) return loops[0];
  return loops.find((loop) => readWatch(loop, watched) !== undefined) ?? -1;
}

/**
 * The epoll instances of this process, the lowest first: one for each thread with an event loop.
 *
 * An instance is recognised by its answer when asked to remove a file that it does not watch:
 * ENOENT. Any other file answers EINVAL (epoll_ctl(2)).
 */
export function* findEventLoops(pollable: number): Generator<number> {
  const event = new Uint8Array(12); // struct epoll_event, ignored by EPOLL_CTL_DEL
  const removal = (fd: number): number =>
    libc().epoll_ctl(fd, EPOLL_CTL_DEL, pollable, event) < 0 ? errno() : 0;
  for (const [fd, error] of probeDescriptors(removal)) {
    if (error === ENOENT) yield fd;
  }
}

/**
 * How an epoll instance watches a file; undefined if it does not. /proc/self/fdinfo (proc(5)) has
 * one line for each file that it watches.
 */
export function readWatch(loop: number, number: number): Watch | undefined {
  const line = new RegExp(`^tfd:\\s+${number} events:\\s+([0-9a-f]+) data:\\s+([0-9a-f]+)`, "m");
  const [, events, data] = line.exec(readText(`/proc/self/fdinfo/${loop}`)) ?? [];
  if (data === undefined) return undefined;
  return { events: Number.parseInt(events, 16), data: BigInt(`0x${data}`) };
}

const PAGE = 64 * 1024;
const page = new Uint8Array(PAGE);
const decoder = new TextDecoder();

function readText(path: string): string {
  const name = new TextEncoder().encode(`${path}\0`);
  const fd = unwrap(libc().open(name, O_CLOEXEC, 0), "open", `read "${path}"`);
  let text = "";
  for (let count = 1; count > 0;) {
    count = libc().read(fd, page, PAGE);
    if (count > 0) text += decoder.decode(page.subarray(0, count));
  }
  libc().close(fd);
  return text;
}
