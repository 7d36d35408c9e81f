/** This process's sockets by their local port. */
import { EBADF } from "../errno.ts";
import { errno, libc } from "../libc.ts";
import { DEFAULT_TCP_OPTIONS, setTcpOptions, type TcpOptions } from "./tcp_options.ts";

const AF_INET = 2;
const AF_INET6 = 10;
/** The kernel assigns the lowest free descriptor: after a gap this long nothing is open. */
const GAP = 1024;

/**
 * Sets the options of this process's TCP sockets with a local port; connections accepted by a
 * listening socket inherit them. Returns the number of sockets found.
 */
export function tuneSocketsOf(port: number, options: TcpOptions = DEFAULT_TCP_OPTIONS): number {
  return socketsOf(port).filter((fd) => setTcpOptions(fd, options)).length;
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
