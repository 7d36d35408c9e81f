import type { FrameSink, LinkStatistics } from "./link.ts";

/** Takes frames out of a packet socket. */
export interface Receiver {
  /** Frames that the kernel can hold for it in a ring; 0 for none. */
  readonly slots: number;
  /** How many there should be, where that is more than memory allows. */
  readonly wantedSlots?: number;
  /** Delivers up to `budget` waiting frames without blocking; returns how many were taken. */
  drain(sink: FrameSink, budget: number): number;
  /** Gives back the memory shared with the kernel; `drain` must not be called again. */
  release(): void;
}

/** What a receiver is made from. */
export interface ReceiverOptions {
  /** A packet socket that is not bound yet. */
  fd: number;
  /** Bytes of Ethernet payload. */
  mtu: number;
  /** Slots of a ring. */
  frames: number;
  /** Where to count. */
  statistics: LinkStatistics;
  /** Called after an error that may mean that the link is down: the kernel tells it only once. */
  doubt: () => void;
}

/** Makes a receiver; throws SystemError where refused. */
export type OpenReceiver = (options: ReceiverOptions) => Receiver;
