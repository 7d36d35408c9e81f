import type { TcpInfo } from "./transport/connection.ts";

/** A path's progress, as the kernel counts it. */
export interface PathProgress
  extends Pick<TcpInfo, "written" | "acknowledged" | "received" | "outstanding"> {
  /** Bytes of ours that the kernel has not taken yet. */
  readonly queued: number;
}

/** Multiple of the timeout after which silence is the end, whatever the path's progress. */
export const SLOW_PATH_FACTOR = 4;

/**
 * How long a peer has been silent, and whether that is too long. Tells a slow path from a dead one:
 * through a full queue of a slow path, a ping and its answer may take longer than the timeout. Such
 * a path is alive while parts of records arrive, or while what waits in front of a ping is being
 * acknowledged. A peer that has our ping and does not answer is dead, although its kernel, or a
 * middlebox, acknowledges everything. Times are in milliseconds.
 */
export class Silence {
  #heardAt: number;
  #sampledAt = -Infinity;
  #acknowledged = 0;
  #received = 0;
  #acknowledgedAt = -Infinity;
  #receivedAt = -Infinity;
  /** Position in the stream behind a ping sent since the last record; Infinity without one. */
  #pingEnd = Infinity;
  /** When that ping was acknowledged. */
  #deliveredAt = Infinity;

  constructor(now: number) {
    this.#heardAt = now;
  }

  /** Records that something was read. */
  heard(now: number): void {
    this.#heardAt = now;
  }

  /**
   * Whether the peer has been silent for longer than `timeout` and the path's progress does not
   * explain it. Call this before each ping, more often than `timeout`.
   */
  isTooLong(now: number, timeout: number, progress?: PathProgress): boolean {
    if (progress !== undefined) this.#sample(now, progress);
    const silence = now - this.#heardAt;
    if (silence <= timeout) return false;
    if (progress === undefined || silence > SLOW_PATH_FACTOR * timeout) return true;
    const isRecent = (time: number): boolean => now - time <= timeout;
    const isSending = progress.outstanding && isRecent(this.#acknowledgedAt) &&
      (this.#deliveredAt === Infinity || isRecent(this.#deliveredAt));
    return !isSending && !isRecent(this.#receivedAt);
  }

  #sample(now: number, { written, acknowledged, received, queued }: PathProgress): void {
    if (this.#heardAt > this.#sampledAt) {
      // What moved up to the last record is no sign of life after it.
      this.#pingEnd = this.#deliveredAt = Infinity;
    } else {
      if (acknowledged > this.#acknowledged) this.#acknowledgedAt = now;
      if (received > this.#received) this.#receivedAt = now;
      if (this.#deliveredAt === Infinity && acknowledged >= this.#pingEnd) this.#deliveredAt = now;
      // The ping that followed the previous sample is written.
      if (this.#pingEnd === Infinity && queued === 0) this.#pingEnd = written;
    }
    this.#sampledAt = now;
    this.#acknowledged = acknowledged;
    this.#received = received;
  }
}
