import type { Connection } from "../transport/connection.ts";

/** Deno's TLS connection, closed in the kernel because Deno's own `close` may leave it open. */
export class TlsConnection implements Connection {
  #connection: Deno.TlsConn;
  readonly close: () => void;

  constructor(connection: Deno.TlsConn, close: () => void) {
    this.#connection = connection;
    this.close = close;
  }

  read(bytes: Uint8Array): Promise<number | null> {
    return this.#connection.read(bytes);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#connection.write(bytes);
  }
}
