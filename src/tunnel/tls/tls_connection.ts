import type { TcpInfo } from "../../../ffi/socket/tcp_info.ts";
import type { Connection } from "../transport/connection.ts";

/** The kernel's side of a connection. */
interface TcpSocket {
  info(): TcpInfo | undefined;
  suitPath(): void;
}

/** Deno's TLS connection, closed in the kernel because Deno's own `close` may leave it open. */
export class TlsConnection implements Connection {
  #connection: Deno.TlsConn;
  readonly close: () => void;

  #socket: TcpSocket;

  constructor(connection: Deno.TlsConn, socket: TcpSocket, close: () => void) {
    this.#connection = connection;
    this.#socket = socket;
    this.close = close;
  }

  read(bytes: Uint8Array): Promise<number | null> {
    return this.#connection.read(bytes);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#connection.write(bytes);
  }

  tcp(): TcpInfo | undefined {
    return this.#socket.info();
  }

  suitPath(): void {
    this.#socket.suitPath();
  }
}
