/** Memory that frames can be sent from without copying. */
export interface Region {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Takes what a link receives. */
export interface FrameSink {
  /** One frame at `bytes[offset, offset + length)`, valid during the call; `view` covers the same memory. */
  frame(bytes: Uint8Array, view: DataView, offset: number, length: number): void;
  /** There are no more frames for now; called after every batch of at least one. */
  batchEnd(): void;
  /** Frames had better stay where they are for a moment: they could not be passed on now. */
  readonly isFull?: boolean;
  /** The link went down, or came back; index, MAC and MTU may differ then. */
  state(up: boolean, reason: string): void;
}

/** Why a frame could not be sent; the word is the metric's label. */
export type TransmitDrop = "transmit-full" | "frame-too-long" | "link-down" | "transmit-error";

/** Counters of a link since it was opened. */
export interface LinkStatistics {
  receivedFrames: number;
  receivedBytes: number;
  /** Frames the kernel had no room for. */
  kernelDrops: number;
  /** Frames that were longer than MAX_FRAME, or of which the kernel kept only a part. */
  truncated: number;
  /** Frames that a receive offload had joined, in a way that cannot be undone. */
  joined: number;
  /** Frames with the tag of a VLAN, which belong to the VLAN's own interface. */
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

/** Longest frame that is delivered: those headers and the longest payload that a tunnel carries. */
export const MAX_FRAME = HEADER_BYTES + 0x3fff;

/** Frames that a ring can hold, and should. */
export interface RingSize {
  readonly wanted: number;
  readonly slots: number;
}

/** One Ethernet interface, for frames of two EtherTypes. */
export interface Link {
  readonly kind: "ring" | "plain" | "memory";
  readonly name: string;
  readonly index: number;
  /** Six bytes; as of the start, of its coming back up, or of the last `followInterface()`. */
  readonly mac: Uint8Array;
  /** Bytes of Ethernet payload that the interface takes; as recent as `mac`. */
  readonly mtu: number;
  readonly up: boolean;
  /** Fewer slots than wanted where memory was short; none where there is no ring. */
  readonly ring: RingSize;
  /** Delivers frames until `close()`; resolves when everything is released. */
  run(sink: FrameSink): Promise<void>;
  /** A buffer that `queue` can send from; lives as long as the link. */
  region(size: number): Region;
  /**
   * Queues a frame: five words of `headers` from index `at`, in memory order, which are copied, and
   * a body, which is not and must not change before `flush()`. Padded with zeros to 60 bytes. Sends
   * when the batch is full. What cannot be sent is counted, never thrown.
   */
  queue(headers: Uint32Array, at: number, body: Region, offset: number, length: number): void;
  /** Sends what is queued. */
  flush(): void;
  /** Sends a whole frame, which is copied, after what is queued. */
  send(frame: Uint8Array): void;
  readonly statistics: LinkStatistics;
  /** Takes over the interface's address and MTU where they were changed while it is up. */
  followInterface(): void;
  /** Fetches what only the kernel counts into `statistics`. */
  readStatistics(): void;
  /** Ends `run` at once; may be called again. */
  close(): void;
}

/** How to open a link. */
export interface LinkOptions {
  interface: string;
  /** Receive frames for any address. */
  promiscuous: boolean;
  /** The EtherTypes to receive. */
  etherTypes: readonly [number, number];
  /** Slots of the receive ring, a power of two. Default 4,096. */
  ringFrames?: number;
  /**
   * Wait for frames on a thread of Deno's pool only. For QUIC, whose tasks wait for the event
   * loop's thread without its epoll instance showing it. Default false.
   */
  waitAside?: boolean;
  /** Which implementation; by default the ring, and the plain one where rings are refused. */
  kind?: "ring" | "plain";
}
