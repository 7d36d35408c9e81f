import type { FrameSink, LinkStatistics } from "./link.ts";

/** Takes frames out of a packet socket. */
export interface Receiver {
  /** Delivers up to `budget` waiting frames without blocking; returns how many were taken. */
  drain(sink: FrameSink, budget: number): number;
  /** Gives back the memory shared with the kernel; `drain` must not be called again. */
  release(): void;
}

/** Makes a receiver for a socket that is not bound yet; throws SystemError where refused. */
export type OpenReceiver = (
  fd: number,
  mtu: number,
  frames: number,
  statistics: LinkStatistics,
) => Receiver;
