/** Packets with data that were sent since a connection began. */
export interface PacketCounts {
  readonly sent: number;
  readonly lost: number;
}

/** Sends the proxy's frames and records through a tunnel of any transport. */
export interface FrameWriter {
  /** Whether half of the room is taken, but not for long: frames should wait elsewhere. */
  readonly isFull: boolean;
  /** Whether queued data is being passed to the connection. */
  readonly isSending: boolean;
  /**
   * Whether half of the room for discovery without a session is taken: further PADIs should wait
   * elsewhere, and leave the other half to the requests and answers that follow earlier ones.
   */
  readonly isDiscoveryFull: boolean;
  /** Bytes waiting to be passed to the connection. */
  readonly queuedBytes: number;
  /** How long the oldest of them has waited, in milliseconds. */
  readonly queueAge: number;
  /** Number of records that waited too long or found no room since the tunnel began. */
  readonly dropped: number;
  /** When data was last passed to the connection, in milliseconds; -Infinity before the first. */
  readonly lastSent: number;
  /** What the peer's answers say of the packets sent; undefined if it counts none. */
  readonly packets?: PacketCounts | undefined;
  /** Reads the clock for a batch; call this before the first session frame of each batch. */
  beginBatch(): void;
  /**
   * Queues the payload of a session frame, `source[offset, offset + length)`, which is copied.
   * Returns false, and queues nothing, if dropping the oldest data did not make room for it.
   */
  session(handle: number, source: Uint8Array, offset: number, length: number): boolean;
  /** Queues a discovery frame; false if even the reserve is full. */
  discovery(handle: number, frame: Uint8Array): boolean;
  /** Queues a control record; false if even the reserve is full. */
  control(type: number, body: Uint8Array): boolean;
  /** Sends queued data as soon as the connection accepts it. */
  flush(): void;
  /** Resolves when everything queued has been passed to the connection, or has failed. */
  drained(): Promise<void>;
}
