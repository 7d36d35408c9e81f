import { EAGAIN, EINTR } from "./errno.ts";
import { errno, libc } from "./libc.ts";
import type { FrameSink } from "./link.ts";
import type { Receiver, ReceiverOptions } from "./receiver.ts";

const MSG_TRUNC = 0x20;
const ETHERNET_HEADER = 14;

/** Receives with one recv(2) a frame: where rings are refused, and to measure the ring against. */
export function openPlainReceiver({ fd, mtu, statistics, doubt }: ReceiverOptions): Receiver {
  const bytes = new Uint8Array(ETHERNET_HEADER + mtu + 4);
  const view = new DataView(bytes.buffer);
  return {
    drain(sink: FrameSink, budget: number): number {
      let taken = 0;
      for (; taken < budget; taken++) {
        const length = libc().recv(fd, bytes, bytes.length, MSG_TRUNC);
        if (length < 0) {
          const error = errno();
          if (error !== EAGAIN && error !== EINTR) doubt();
          break;
        }
        if (length > bytes.length) {
          statistics.truncated++;
          continue;
        }
        statistics.receivedFrames++;
        statistics.receivedBytes += length;
        sink.frame(bytes, view, 0, length);
      }
      return taken;
    },
    release(): void {},
  };
}
