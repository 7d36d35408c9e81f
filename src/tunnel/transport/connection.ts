import type { TcpInfo } from "../../../ffi/socket/tcp_info.ts";

export type { TcpInfo } from "../../../ffi/socket/tcp_info.ts";

/** The part of a TLS or QUIC connection that a tunnel uses; Deno.TlsConn is one. */
export interface Connection {
  /** Reads into `bytes`; returns the number of bytes, or null at the end of the stream. */
  read(bytes: Uint8Array): Promise<number | null>;
  /** Writes from `bytes`; returns the number of bytes written, at least one. */
  write(bytes: Uint8Array): Promise<number>;
  /** Aborts the connection immediately; a pending read or write fails. */
  close(): void;
  /**
   * Resolves when the peer has hung up after our last record, or after a second. Only defined if
   * `close` would discard data in flight.
   */
  delivered?(): Promise<void>;
  /** The kernel's view of the connection, if it is over TCP and open. */
  tcp?(): TcpInfo | undefined;
  /** Selects the congestion control that suits the path so far, if the connection is over TCP. */
  suitPath?(): void;
  /** Datagrams alongside the stream, if the connection has them. */
  readonly datagrams?: DatagramPort;
  /** Whether the peer reads the record "ended" (docs/protocol.md); the login sets it. */
  readsEnded?: boolean;
}

/** Unreliable, unordered messages alongside the stream of one connection. */
export interface DatagramPort {
  /** Maximum length of a message that the path carries now, in bytes. */
  readonly maxSize: number;
  /** Whether the peer reads packets (docs/protocol.md); the login sets it. */
  packs?: boolean;
  /** Sends a message, which is copied; resolves when there is room for the next. */
  send(bytes: Uint8Array): Promise<void>;
  /** Returns the next message; rejects when the connection has ended. */
  receive(): Promise<Uint8Array>;
}

/** Closes a connection that may already be closed. */
export function abandon(connection: { close(): void }): void {
  try {
    connection.close();
  } catch {
    // already closed
  }
}
