import { TAGGED_CAPTURE } from "../socket/bpf.ts";
import { EAGAIN, EINTR, EINVAL } from "../errno.ts";
import { FrameIntake } from "./frame_intake.ts";
import { errno, libc } from "../libc.ts";
import type { FrameSink, LinkStatistics } from "./link.ts";
import { OFFLOAD_HEADER } from "./receive_offload.ts";
import type { Receiver, ReceiverOptions } from "./receiver.ts";

const MSG_TRUNC = 0x20;
/**
 * Maximum length of a frame merged by the kernel (gso_max_size by default), with headers. Bytes.
 */
const BUFFER = OFFLOAD_HEADER + 64 * 1024 + 64;

/** Receives whole frames with one recv(2) each, on a socket with PACKET_VNET_HDR. */
export class FrameReader {
  #bytes = new Uint8Array(BUFFER);
  #view = new DataView(this.#bytes.buffer);
  #fd: number;
  #statistics: LinkStatistics;
  #intake: FrameIntake;

  constructor(fd: number, statistics: LinkStatistics, intake: FrameIntake) {
    this.#fd = fd;
    this.#statistics = statistics;
    this.#intake = intake;
  }

  /** Takes one frame; false if there is none or it cannot be read: see errno. */
  read(sink: FrameSink): boolean {
    const bytes = this.#bytes;
    const length = libc().recv(this.#fd, bytes, bytes.length, MSG_TRUNC);
    if (length < 0) {
      // The kernel drops a frame whose offload it cannot describe.
      if (errno() !== EINVAL) return false;
      this.#statistics.joined++;
    } else if (length === OFFLOAD_HEADER + TAGGED_CAPTURE) this.#statistics.vlanTagged++;
    else if (length > bytes.length) this.#statistics.truncated++;
    else {
      const size = length - OFFLOAD_HEADER;
      this.#intake.take(sink, bytes, this.#view, 0, OFFLOAD_HEADER, size);
    }
    return true;
  }
}

/** Opens a receiver with one system call per frame: for kernels without rings, and to compare. */
export function openPlainReceiver({ fd, statistics, recheckLink }: ReceiverOptions): Receiver {
  const reader = new FrameReader(fd, statistics, new FrameIntake(statistics));
  return {
    slots: 0,
    drain(sink: FrameSink, budget: number): number {
      let taken = 0;
      while (taken < budget && reader.read(sink)) taken++;
      if (taken < budget) {
        const error = errno();
        if (error !== EAGAIN && error !== EINTR) recheckLink();
      }
      return taken;
    },
    release(): void {},
  };
}
