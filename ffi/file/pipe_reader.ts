import { libc } from "../libc.ts";

const POLLERR = 0x08;
const POLLHUP = 0x10;

/**
 * Whether the output of a descriptor has lost its reader: the pipe's last reader has closed it, or
 * the terminal is gone (poll(2)). False for regular files. Writes nothing to find out.
 */
export function isAbandoned(fd: number): boolean {
  const poll = new Uint8Array(8); // struct pollfd { int fd; short events, revents; }
  const view = new DataView(poll.buffer);
  view.setInt32(0, fd, true);
  return libc().poll(poll, 1, 0) > 0 && (view.getInt16(6, true) & (POLLERR | POLLHUP)) !== 0;
}
