import { errno, libc } from "../libc.ts";
import type { TransmitDrop } from "./link.ts";
import { classifySendError } from "./transmit_error.ts";
import type { Outlet } from "./transmitter.ts";

const POLLOUT = 4;
/** Maximum waits of 1 ms for a full socket buffer before a frame is dropped. */
export const MAX_WAITS = 3;

/** Sends one whole frame with send(2); counts a frame that cannot be sent. */
export function sendFrame(outlet: Outlet, bytes: Uint8Array<ArrayBuffer>, length: number): void {
  const { fd, statistics } = outlet;
  let waits = 0;
  while (libc().send(fd, bytes, length, 0) < 0) {
    const verdict = classifySendError(errno());
    if (verdict === "retry") continue;
    if (verdict === "wait" && waits++ < MAX_WAITS) {
      waitWritable(fd);
      continue;
    }
    const drop: TransmitDrop = verdict === "wait" ? "transmit-full" : verdict;
    statistics.drops[drop]++;
    if (drop === "link-down") outlet.recheckLink();
    return;
  }
  statistics.sentFrames++;
  statistics.sentBytes += length;
}

/** Waits up to 1 ms for room in the socket's buffer. */
export function waitWritable(fd: number): void {
  const poll = new Uint8Array(8);
  const view = new DataView(poll.buffer);
  view.setInt32(0, fd, true);
  view.setInt16(4, POLLOUT, true);
  libc().poll(poll, 1, 1);
}
