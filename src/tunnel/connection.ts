/** The part of a TLS or QUIC connection that a tunnel uses; Deno.TlsConn is one. */
export interface Connection {
  /** Bytes read into `bytes`, or null at the end of the stream. */
  read(bytes: Uint8Array): Promise<number | null>;
  /** Bytes taken from `bytes`, at least one. */
  write(bytes: Uint8Array): Promise<number>;
  /** Abandons the connection at once; a pending read or write ends with an error. */
  close(): void;
  /**
   * Resolves when the peer has hung up after our last words, or after a second. Only where `close`
   * would discard what is under way.
   */
  delivered?(): Promise<void>;
  /** Where the connection can carry datagrams beside its stream. */
  readonly datagrams?: DatagramPort;
}

/** Unreliable, unordered messages beside the stream of one connection. */
export interface DatagramPort {
  /** Longest message that the path takes now, in bytes. */
  readonly maxSize: number;
  /** Hands over a message, which is copied; resolves when there is room for the next. */
  send(bytes: Uint8Array): Promise<void>;
  /** The next message; rejects when the connection has ended. */
  receive(): Promise<Uint8Array>;
}

/** Closes a connection that may have ended by itself. */
export function abandon(connection: { close(): void }): void {
  try {
    connection.close();
  } catch {
    // it was closed already
  }
}
