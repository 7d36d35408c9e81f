/** TCP options that Deno does not offer, set on a socket of this process. */
import { libc } from "./libc.ts";

const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const TCP_NOTSENT_LOWAT = 25;
const AF_INET = 2;
const AF_INET6 = 10;
/** Sockets that listen, and those of a client, are opened early and get low numbers. */
const MAX_FD = 1024;
/** What waits in the kernel can be neither reordered nor dropped, so that it is kept short. Bytes. */
const UNSENT_LIMIT = 32 * 1024;

/**
 * Sets two options (tcp(7)) on this process's TCP sockets of a local port; what a listening socket
 * accepts inherits them. TCP_NODELAY: without it Nagle's algorithm delays every small batch by up
 * to 40 ms. TCP_NOTSENT_LOWAT: without it megabytes wait in the kernel on a slow path. Returns how
 * many sockets were found.
 */
export function tuneSocketsOf(port: number): number {
  let found = 0;
  // Listing /proc/self/fd would take all of Deno's permissions; asking the kernel takes none.
  for (let fd = 0; fd < MAX_FD; fd++) {
    if (localPort(fd) !== port) continue;
    if (set(fd, TCP_NODELAY, 1) && set(fd, TCP_NOTSENT_LOWAT, UNSENT_LIMIT)) found++;
  }
  return found;
}

function set(fd: number, option: number, value: number): boolean {
  const bytes = new Uint8Array(new Int32Array([value]).buffer);
  return libc().setsockopt(fd, IPPROTO_TCP, option, bytes, bytes.length) === 0;
}

function localPort(fd: number): number | undefined {
  const address = new Uint8Array(28); // struct sockaddr_in6, the larger
  if (libc().getsockname(fd, address, new Uint32Array([address.length])) !== 0) return undefined;
  const view = new DataView(address.buffer);
  const family = view.getUint16(0, true);
  return family === AF_INET || family === AF_INET6 ? view.getUint16(2) : undefined;
}
