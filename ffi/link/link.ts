import type { Region } from "../memory.ts";
import type { Shard } from "./shard_address.ts";

/** Receives a link's frames and state changes. */
export interface FrameSink {
  /**
   * One frame: `bytes[offset, offset + length)`, valid during the call. `view` is the same memory.
   */
  frame(bytes: Uint8Array, view: DataView, offset: number, length: number): void;
  /** No more frames for now; called after every batch of at least one frame. */
  batchEnd(): void;
  /** True if frames cannot be forwarded now and should stay in the ring for a moment. */
  readonly isFull?: boolean;
  /** True while frames of the last batch are being sent, for which the event loop must run. */
  readonly isSending?: boolean;
  /** The link went down or came up; index, MAC and MTU may have changed. */
  state(up: boolean, reason: string): void;
}

/** Why a frame could not be sent; the value is the metric's label. */
export type TransmitDrop = "transmit-full" | "frame-too-long" | "link-down" | "transmit-error";

/** Counters of a link since it was opened. */
export interface LinkStatistics {
  receivedFrames: number;
  receivedBytes: number;
  /** Frames that the kernel had no room for. */
  kernelDrops: number;
  /** Frames longer than MAX_FRAME, or of which the kernel kept only a part. */
  truncated: number;
  /** Frames that a receive offload merged in a way that cannot be undone. */
  joined: number;
  /** Frames with a VLAN tag, which belong to the VLAN's own interface. */
  vlanTagged: number;
  sentFrames: number;
  sentBytes: number;
  readonly drops: Record<TransmitDrop, number>;
}

/** All counters at zero. */
export function newStatistics(): LinkStatistics {
  return {
    receivedFrames: 0,
    receivedBytes: 0,
    kernelDrops: 0,
    truncated: 0,
    joined: 0,
    vlanTagged: 0,
    sentFrames: 0,
    sentBytes: 0,
    drops: { "transmit-full": 0, "frame-too-long": 0, "link-down": 0, "transmit-error": 0 },
  };
}

/** Bytes of the header that `queue` takes: Ethernet and PPPoE. */
export const HEADER_BYTES = 20;

/** Maximum length of a delivered frame: those headers and the longest payload a tunnel carries. */
export const MAX_FRAME = HEADER_BYTES + 0x3fff;

/** Configured and actual number of frames that a ring holds. */
export interface RingSize {
  readonly wanted: number;
  readonly slots: number;
  /** Whether the link has no ring any more because the kernel stopped filling it. */
  readonly wasStuck: boolean;
}

/** One Ethernet interface, for frames of two EtherTypes. */
export interface Link {
  readonly kind: "ring" | "plain" | "memory";
  readonly name: string;
  readonly index: number;
  /** Six bytes, read at startup, when the link comes up, and by `followInterface()`. */
  readonly mac: Uint8Array;
  /** Maximum Ethernet payload of the interface, in bytes; read together with `mac`. */
  readonly mtu: number;
  readonly up: boolean;
  /** Whether something is connected, as of the last `followInterface()`. */
  readonly carrier: boolean;
  /** Fewer slots than wanted if memory was short; 0 if the link has no ring. */
  readonly ring: RingSize;
  /** Delivers frames until `close()`; resolves when all resources are released. */
  run(sink: FrameSink): Promise<void>;
  /** Allocates a buffer that `queue` can send from; it lives as long as the link. */
  region(size: number): Region;
  /**
   * Queues a frame: a header, which is copied, of five words from index `at` of `headers` in memory
   * order, and a body, which is not copied and must not change before `flush()`. Pads the frame
   * with zeros to 60 bytes. Sends when the batch is full. Counts what cannot be sent; never throws.
   */
  queue(headers: Uint32Array, at: number, body: Region, offset: number, length: number): void;
  /** Sends all queued frames. */
  flush(): void;
  /** Sends a whole frame, which is copied, after the queued ones. */
  send(frame: Uint8Array): void;
  readonly statistics: LinkStatistics;
  /**
   * Adopts a MAC address or MTU of the interface that changed while it was up, and replaces a ring
   * that the kernel no longer fills.
   */
  followInterface(): void;
  /** Adds the counters that only the kernel has to `statistics`. */
  readStatistics(): void;
  /** Ends `run` immediately; may be called more than once. */
  close(): void;
}

/** How to open a link. */
export interface LinkOptions {
  interface: string;
  /** Receive frames for any destination address. */
  promiscuous: boolean;
  /** The EtherTypes to receive. */
  etherTypes: readonly [number, number];
  /** Slots of the receive ring, a power of two; 4,096 by default. */
  ringFrames?: number;
  /** The part of the interface's frames to receive; by default all. Not if `promiscuous`. */
  shard?: Shard;
  /**
   * Wait for frames on a thread of Deno's pool, except for at most 0.1 ms; false by default. For
   * what needs the event loop's thread without making its epoll instance readable.
   */
  waitAside?: boolean;
  /**
   * Wait on the event loop's thread only for the first 2 ms after a frame, and let it run every ms;
   * false by default. For QUIC, which has tasks and timers on that thread.
   */
  sharesThread?: boolean;
  /** Implementation; by default the ring, or the plain one if the kernel refuses rings. */
  kind?: "ring" | "plain";
}
