/** The part of a TLS connection that a tunnel uses; Deno.TlsConn is one. */
export interface Connection {
  /** Bytes read into `bytes`, or null at the end of the stream. */
  read(bytes: Uint8Array): Promise<number | null>;
  /** Bytes taken from `bytes`, at least one. */
  write(bytes: Uint8Array): Promise<number>;
  /** Abandons the connection at once; a pending read or write ends with an error. */
  close(): void;
}

/** Closes a connection that may have ended by itself. */
export function abandon(connection: Connection): void {
  try {
    connection.close();
  } catch {
    // it was closed already
  }
}
