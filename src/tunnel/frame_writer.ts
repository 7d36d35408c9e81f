/** What the proxy sends through a tunnel, whatever carries it. */
export interface FrameWriter {
  /** Whether half of the room is taken, though not for long: frames had better wait elsewhere. */
  readonly isFull: boolean;
  /** Bytes that wait to be handed to the connection. */
  readonly queuedBytes: number;
  /** How long the oldest of them has waited. Milliseconds. */
  readonly queueAge: number;
  /** To be called before the first session frame of a batch: reads the clock for all of them. */
  beginBatch(): void;
  /**
   * Queues the payload of a session frame, `source[offset, offset + length)`, which is copied.
   * Returns false, with nothing queued, where even the oldest data gave no room for it.
   */
  session(handle: number, source: Uint8Array, offset: number, length: number): boolean;
  /** Queues a discovery frame; false where even the reserve is full. */
  discovery(handle: number, frame: Uint8Array): boolean;
  /** Queues a control record; false where even the reserve is full. */
  control(type: number, body: Uint8Array): boolean;
  /** Sends what is queued as soon as the connection takes it. */
  flush(): void;
  /** Resolves when everything queued has been handed to the connection, or has failed. */
  drained(): Promise<void>;
}
