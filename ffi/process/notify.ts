/** Messages to a service manager, and the clock they use (sd_notify(3)). */
import { SystemError } from "../errno.ts";
import { errno, libc } from "../libc.ts";

const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
/** Neither waits for a manager that does not read nor raises a signal for one that is gone. */
const MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;
const CLOCK_MONOTONIC = 1;
/** sizeof(struct sockaddr_un) without the family. */
const MAX_PATH = 108;

const encoder = new TextEncoder();

/**
 * Sends a datagram to a Unix socket: an absolute path, or `@` and a name in the abstract namespace
 * (unix(7)). Throws TypeError for any other address, and SystemError if sending fails.
 */
export function sendNotification(socket: string, text: string): void {
  const address = encodeAddress(socket);
  const subject = `notify "${socket}"`;
  const fd = libc().socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
  if (fd < 0) throw new SystemError("socket(AF_UNIX)", subject, errno());
  try {
    const bytes = encoder.encode(text);
    const sent = libc().sendto(
      fd,
      bytes,
      bytes.length,
      MSG_DONTWAIT_NOSIGNAL,
      address,
      address.length,
    );
    if (sent < 0) throw new SystemError("sendto", subject, errno());
  } finally {
    libc().close(fd);
  }
}

/** struct sockaddr_un: the family, then the path; an abstract name begins with a zero byte. */
function encodeAddress(socket: string): Uint8Array<ArrayBuffer> {
  const name = encoder.encode(socket);
  if (!/^[/@]./.test(socket) || name.length >= MAX_PATH) {
    throw new TypeError(
      `Cannot notify "${socket}": not a socket address; use an absolute path, or "@" and a name, shorter than ${MAX_PATH} bytes`,
    );
  }
  const address = new Uint8Array(2 + name.length);
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  address.set(name, 2);
  if (socket.startsWith("@")) address[2] = 0;
  return address;
}

/** The time of CLOCK_MONOTONIC, which all processes share, in microseconds (clock_gettime(2)). */
export function monotonicMicroseconds(): bigint {
  const time = new BigInt64Array(2); // struct timespec { seconds, nanoseconds }
  libc().clock_gettime(CLOCK_MONOTONIC, new Uint8Array(time.buffer));
  return time[0] * 1_000_000n + time[1] / 1_000n;
}
