/** Messages to a service manager, and the clock they use (sd_notify(3)). */
import { libc } from "../libc.ts";
import { UnixDatagram } from "./unix_datagram.ts";

const CLOCK_MONOTONIC = 1;

/**
 * Sends a datagram to a Unix socket: an absolute path, or `@` and a name in the abstract namespace
 * (unix(7)). Throws TypeError for any other address, and SystemError if sending fails.
 */
export function sendNotification(socket: string, text: string): void {
  using datagram = new UnixDatagram(socket, "notify");
  datagram.send(new TextEncoder().encode(text));
}

/** The time of CLOCK_MONOTONIC, which all processes share, in microseconds (clock_gettime(2)). */
export function monotonicMicroseconds(): bigint {
  const time = new BigInt64Array(2); // struct timespec { seconds, nanoseconds }
  libc().clock_gettime(CLOCK_MONOTONIC, new Uint8Array(time.buffer));
  return time[0] * 1_000_000n + time[1] / 1_000n;
}
