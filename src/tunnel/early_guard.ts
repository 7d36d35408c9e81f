import { HandshakeError } from "./authenticate.ts";
import { abandon } from "./connection.ts";

/** Bytes that a client sends before it has proved who it is; an honest one takes half of them. */
const MAX_EARLY = 1_024;

/**
 * Watches a QUIC connection until its client has proved who it is. QUIC keeps what nobody reads:
 * 1.25 MB of the stream and as much of datagrams, for each connection. So all is read at once, and a
 * stranger that sends more than its handshake has no connection any more.
 */
export class EarlyGuard {
  /** The first datagram, which belongs to the tunnel. */
  readonly datagram: Promise<Uint8Array>;
  #connection: Deno.QuicConn;
  #left = MAX_EARLY;
  #error: HandshakeError | undefined;

  constructor(connection: Deno.QuicConn) {
    this.#connection = connection;
    this.datagram = connection.readDatagram();
    this.datagram.then(() => this.#close("a datagram before login"), () => {});
  }

  /** Bytes of the stream have been read. Throws, with the connection closed, for too many. */
  took(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) this.#close("more than a handshake before login");
    if (this.#error !== undefined) throw this.#error;
  }

  /** The client has proved who it is. */
  proven(): void {
    this.#left = Infinity;
  }

  #close(detail: string): void {
    if (this.#left === Infinity) return;
    this.#error ??= new HandshakeError({ reason: "protocol-violation", by: "us", detail });
    abandon(this.#connection);
  }
}
