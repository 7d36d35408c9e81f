import type { FrameSink, LinkStatistics } from "./link.ts";

/** Takes frames out of a packet socket. */
export interface Receiver {
  /** Frames that the ring holds; 0 without a ring. */
  readonly slots: number;
  /** Frames that the ring should hold, if it has one; more than `slots` if memory was short. */
  readonly wantedSlots?: number;
  /** Whether no frame waits in the ring, if it has one. */
  readonly isEmpty?: boolean;
  /** Delivers at most `budget` waiting frames without blocking; returns how many were taken. */
  drain(sink: FrameSink, budget: number): number;
  /** Unmaps the memory shared with the kernel; `drain` must not be called again. */
  release(): void;
}

/** Options of a receiver. */
export interface ReceiverOptions {
  /** A packet socket that is not bound yet. */
  fd: number;
  /** Maximum Ethernet payload, in bytes. */
  mtu: number;
  /** Slots of a ring. */
  frames: number;
  /** Counters to update. */
  statistics: LinkStatistics;
  /** Called after an error that may mean the link is down: the kernel reports it only once. */
  recheckLink: () => void;
}

/** Opens a receiver; throws SystemError if the kernel refuses it. */
export type OpenReceiver = (options: ReceiverOptions) => Receiver;
