/** TCP options that Deno does not offer, set on a socket of this process. */
import { libc } from "./libc.ts";

const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const SOL_SOCKET = 1;
const SO_ACCEPTCONN = 30;
const AF_INET = 2;
const AF_INET6 = 10;
/** Sockets that listen are opened early and get low numbers. */
const MAX_FD = 1024;

/**
 * Sets TCP_NODELAY (tcp(7)) on this process's listening sockets of a local port; accepted sockets
 * inherit it. Without it Nagle's algorithm delays every small batch by up to 40 ms. Returns how
 * many sockets were found.
 */
export function setNoDelayByPort(port: number): number {
  let found = 0;
  // Listing /proc/self/fd would take all of Deno's permissions; asking the kernel takes none.
  for (let fd = 0; fd < MAX_FD; fd++) {
    if (!isListening(fd) || localPort(fd) !== port) continue;
    const on = new Uint8Array(new Int32Array([1]).buffer);
    if (libc().setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, on, 4) === 0) found++;
  }
  return found;
}

function isListening(fd: number): boolean {
  const value = new Int32Array(1);
  const length = new Uint32Array([4]);
  const result = libc().getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, value, length);
  return result === 0 && value[0] === 1;
}

function localPort(fd: number): number | undefined {
  const address = new Uint8Array(28); // struct sockaddr_in6, the larger
  if (libc().getsockname(fd, address, new Uint32Array([address.length])) !== 0) return undefined;
  const view = new DataView(address.buffer);
  const family = view.getUint16(0, true);
  return family === AF_INET || family === AF_INET6 ? view.getUint16(2) : undefined;
}
