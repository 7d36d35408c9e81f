import { unwrap } from "./errno.ts";
import { libc } from "./libc.ts";

const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;

/** Runs `use` with a socket that interfaces can be asked through (netdevice(7)). Throws SystemError. */
export function withIoctlSocket<T>(subject: string, use: (fd: number) => T): T {
  const fd = unwrap(libc().socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0), "socket(AF_INET)", subject);
  try {
    return use(fd);
  } finally {
    libc().close(fd);
  }
}
