import type { PacketCounts } from "../record/frame_writer.ts";

/** Number of probes remembered. */
const PROBES = 256;
/** How long a path counts as lossy after the last loss, in milliseconds. */
const LOSSY_FOR = 10_000;

/**
 * Whether a path loses packets, from what the peer's answers to probes say that it has received.
 * Reordered packets may be counted as lost once.
 */
export class LossWatch {
  /** By probe: packets sent before it. */
  #sent = new Float64Array(PROBES);
  #missing = 0;
  /** Packets sent before the latest probe that was answered. */
  #answered = 0;
  #lossyUntil = -Infinity;
  #now: () => number;

  /** `now` returns milliseconds of a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get isLossy(): boolean {
    return this.#now() < this.#lossyUntil;
  }

  /** Packets that were sent before the latest answered probe, and those of them that are lost. */
  get counts(): PacketCounts {
    return { sent: this.#answered, lost: this.#missing };
  }

  /** Records that a probe was sent after this number of packets. */
  probed(probe: number, packets: number): void {
    this.#sent[probe % PROBES] = packets;
  }

  /** Records that the peer had received this number of packets, modulo 2^32, before a probe. */
  answered(probe: number, received: number): void {
    const sent = this.#sent[probe % PROBES];
    this.#answered = Math.max(this.#answered, sent);
    const missing = (sent >>> 0) - received | 0;
    if (missing <= this.#missing) return;
    this.#missing = missing;
    this.#lossyUntil = this.#now() + LOSSY_FOR;
  }
}
