import { EAGAIN, EBADF, EINTR, EMSGSIZE, ENETDOWN, ENOBUFS, ENODEV, ENXIO } from "../errno.ts";
import type { TransmitDrop } from "./link.ts";

/** What to do after a failed send. */
export type SendErrorClass = "retry" | "wait" | TransmitDrop;

/** Classifies errno after send(2) or sendmmsg(2) on a packet socket (packet(7)). */
export function classifySendError(error: number): SendErrorClass {
  switch (error) {
    case EINTR:
      return "retry";
    case EAGAIN: // our socket buffer is full
      return "wait";
    case ENOBUFS: // the interface's queue is full and has dropped the frame
      return "transmit-full";
    case EMSGSIZE:
      return "frame-too-long";
    case ENETDOWN:
    case ENXIO:
    case ENODEV:
    case EBADF: // the link is closed and has no socket
      return "link-down";
    default:
      return "transmit-error";
  }
}
