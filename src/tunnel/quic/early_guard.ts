import { HandshakeError } from "../authenticate.ts";
import { abandon } from "../transport/connection.ts";

/** Maximum bytes from a client before it is authenticated; an honest one sends half of them. */
const MAX_EARLY = 1_024;

/**
 * Guards a QUIC connection until its client is authenticated. QUIC keeps data that is not read:
 * 1.25 MB of the stream and as much of datagrams, per connection. So all data is read immediately,
 * and the connection of a stranger that sends more than its handshake is closed.
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

  /** Counts bytes read from the stream. If there are too many, closes the connection and throws. */
  took(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) this.#close("more than a handshake before login");
    if (this.#error !== undefined) throw this.#error;
  }

  /** Ends the guard, because the client is authenticated. */
  proven(): void {
    this.#left = Infinity;
  }

  #close(detail: string): void {
    if (this.#left === Infinity) return;
    this.#error ??= new HandshakeError({ reason: "protocol-violation", by: "us", detail });
    abandon(this.#connection);
  }
}
