import { unwrap } from "../errno.ts";
import { libc } from "../libc.ts";

const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;

/** Kept open, so that interfaces can be queried when no descriptor is left. */
let socket = -1;

/** Calls `use` with a socket for interface ioctls (netdevice(7)). Throws SystemError. */
export function withIoctlSocket<T>(subject: string, use: (fd: number) => T): T {
  if (socket < 0) {
    socket = unwrap(libc().socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0), "socket(AF_INET)", subject);
  }
  return use(socket);
}
