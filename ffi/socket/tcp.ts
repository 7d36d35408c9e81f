/** TCP options that Deno does not offer, set on a socket of this process. */
import { EBADF } from "../errno.ts";
import { errno, libc } from "../libc.ts";

const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const TCP_NOTSENT_LOWAT = 25;
const AF_INET = 2;
const AF_INET6 = 10;
/** The kernel assigns the lowest free descriptor: after a gap this long nothing is open. */
const GAP = 1024;
/**
 * Maximum unsent data in the kernel, in bytes. It can be neither reordered nor dropped, so this is
 * kept low.
 */
const UNSENT_LIMIT = 32 * 1024;

/**
 * Sets two options (tcp(7)) on this process's TCP sockets with a local port; connections accepted
 * by a listening socket inherit them. TCP_NODELAY: without it Nagle's algorithm delays every small
 * batch by up to 40 ms. TCP_NOTSENT_LOWAT: without it megabytes queue in the kernel on a slow path.
 * Returns the number of sockets found.
 */
export function tuneSocketsOf(port: number): number {
  const set = (fd: number, option: number, value: number): boolean =>
    setNumber(fd, IPPROTO_TCP, option, value);
  return socketsOf(port).filter((fd) =>
    set(fd, TCP_NODELAY, 1) && set(fd, TCP_NOTSENT_LOWAT, UNSENT_LIMIT)
  ).length;
}

/** Descriptors of this process's sockets with a local port. */
export function socketsOf(port: number): number[] {
  const found: number[] = [];
  // Listing /proc/self/fd would need all of Deno's permissions; asking the kernel needs none.
  let gap = 0;
  for (let fd = 0; gap < GAP; fd++) {
    const local = localPort(fd);
    gap = local === "closed" ? gap + 1 : 0;
    if (local === port) found.push(fd);
  }
  return found;
}

function setNumber(fd: number, level: number, option: number, value: number): boolean {
  const bytes = new Uint8Array(new Int32Array([value]).buffer);
  return libc().setsockopt(fd, level, option, bytes, bytes.length) === 0;
}

/** struct sockaddr_in6, the larger one. */
const address = new Uint8Array(28);
const addressLength = new Uint32Array(1);

function localPort(fd: number): number | "closed" | undefined {
  addressLength[0] = address.length;
  if (libc().getsockname(fd, address, addressLength) !== 0) {
    return errno() === EBADF ? "closed" : undefined;
  }
  const family = address[0] | address[1] << 8;
  return family === AF_INET || family === AF_INET6 ? address[2] << 8 | address[3] : undefined;
}
