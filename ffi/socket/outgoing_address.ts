/** Which address, and so which interface, the packets to a host leave from. */
import { unwrap } from "../errno.ts";
import { libc } from "../libc.ts";
import { type Route, routeSocket } from "./routed_socket.ts";
import { decodeAddress, encodeAddress, SOCKADDR_BYTES } from "./socket_address.ts";

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;

/**
 * Returns the local IP address that the kernel chooses for packets to an IP address, by connecting
 * a UDP socket, which sends nothing (connect(2)). Throws SystemError, such as ENETUNREACH.
 */
export function outgoingAddress(host: string, port: number, route: Route): string {
  const subject = `find the route to ${host}`;
  const address = encodeAddress(host, port);
  const family = host.includes(":") ? AF_INET6 : AF_INET;
  const fd = unwrap(libc().socket(family, SOCK_DGRAM_CLOEXEC, 0), "socket(SOCK_DGRAM)", subject);
  try {
    routeSocket(fd, route);
    unwrap(libc().connect(fd, address, address.length), "connect", subject);
    const local = new Uint8Array(SOCKADDR_BYTES);
    unwrap(
      libc().getsockname(fd, local, new Uint32Array([local.length])),
      "getsockname",
      subject,
    );
    return decodeAddress(local).host;
  } finally {
    libc().close(fd);
  }
}
