import { abandon, type Connection } from "./connection.ts";

/** What ends a connection in the kernel. */
interface Socket {
  shutdown(): void;
}

/** Deno's TLS connection, of which nothing stays when it is closed, whatever is under way. */
export class TlsConnection implements Connection {
  #connection: Deno.TlsConn;
  #socket: Socket;

  constructor(connection: Deno.TlsConn, socket: Socket) {
    this.#connection = connection;
    this.#socket = socket;
  }

  read(bytes: Uint8Array): Promise<number | null> {
    return this.#connection.read(bytes);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#connection.write(bytes);
  }

  close(): void {
    this.#socket.shutdown();
    abandon(this.#connection);
  }
}
