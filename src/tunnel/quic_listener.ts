import { abandon, type Connection } from "./connection.ts";
import { ALPN } from "./handshake.ts";
import { QUIC_OPTIONS, requireQuic } from "./quic.ts";
import { QuicConnection } from "./quic_connection.ts";
import type { Endpoint } from "./tls.ts";
import { makeTlsIdentity } from "./tls_identity.ts";
import type { Incoming, Listener, Renewal } from "./transport.ts";

/** Connections in QUIC's own handshake at most; the address of a peer is not verified before its end. */
const MAX_HANDSHAKES = 128;

/**
 * A UDP port that takes QUIC connections. One is delivered after QUIC's handshake, when its
 * address is known to be the peer's.
 *
 *     listening ──close()──▶ closing ──last connection gone──▶ closed
 */
export class QuicListener implements Listener {
  readonly port: number;
  #endpoint: Deno.QuicEndpoint;
  #listener: Deno.QuicListener;
  #shown: { cert: string; key: string };
  #ready: Incoming[] = [];
  #waiting: PromiseWithResolvers<Incoming> | undefined;
  #handshakes = 0;
  #connections = 0;
  #closing = false;

  constructor(endpoint: Endpoint, certificate: string, key: string) {
    requireQuic();
    this.#endpoint = new Deno.QuicEndpoint({ hostname: endpoint.host, port: endpoint.port });
    this.#shown = identity(certificate, key);
    this.#listener = this.#endpoint.listen({
      ...QUIC_OPTIONS,
      ...this.#shown,
      alpnProtocols: [ALPN],
    });
    this.port = this.#endpoint.addr.port;
    this.#listen();
  }

  accept(): Promise<Incoming> {
    const ready = this.#ready.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    this.#waiting = Promise.withResolvers();
    if (this.#closing) this.#waiting.reject(new Deno.errors.BadResource("Listener closed"));
    return this.#waiting.promise;
  }

  /** QUIC's endpoint takes another certificate for new connections at any time. */
  renew(certificate: string, key: string): Promise<Renewal> {
    const former = this.#shown;
    const show = (shown: { cert: string; key: string }): void => {
      this.#listener = this.#endpoint.listen({ ...QUIC_OPTIONS, ...shown, alpnProtocols: [ALPN] });
      this.#shown = shown;
    };
    return Promise.try(() => {
      show(identity(certificate, key));
      return { commit: () => {}, cancel: () => show(former) };
    });
  }

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#listener.stop();
    this.#waiting?.reject(new Deno.errors.BadResource("Listener closed"));
    for (const incoming of this.#ready.splice(0)) incoming.close();
    this.#release();
  }

  async #listen(): Promise<void> {
    while (!this.#closing) {
      let incoming: Deno.QuicIncoming;
      try {
        incoming = await this.#listener.incoming();
      } catch {
        return; // the endpoint is closed
      }
      if (this.#closing || this.#handshakes + this.#ready.length >= MAX_HANDSHAKES) {
        incoming.refuse();
      } else this.#shakeHands(incoming);
    }
  }

  async #shakeHands(incoming: Deno.QuicIncoming): Promise<void> {
    this.#handshakes++;
    try {
      const connection = await incoming.accept();
      this.#follow(connection);
      if (this.#closing) return abandon(connection);
      const ready = new QuicIncoming(connection);
      if (this.#waiting === undefined) this.#ready.push(ready);
      else this.#waiting.resolve(ready);
      this.#waiting = undefined;
    } catch {
      // a stranger, or one that does not trust us: QUIC has told it why
    } finally {
      this.#handshakes--;
      this.#release();
    }
  }

  async #follow(connection: Deno.QuicConn): Promise<void> {
    this.#connections++;
    await connection.closed.catch(() => {});
    this.#connections--;
    this.#release();
  }

  /** Closes the socket when nobody needs it any more. */
  #release(): void {
    if (this.#closing && this.#handshakes + this.#connections === 0) this.#endpoint.close();
  }
}

/** What is shown in place of the configured certificate (PEM). */
function identity(certificate: string, key: string): { cert: string; key: string } {
  const shown = makeTlsIdentity(certificate, key);
  return { cert: shown.certificate, key: shown.key };
}

class QuicIncoming implements Incoming {
  readonly remote: Endpoint;
  #connection: Deno.QuicConn;

  constructor(connection: Deno.QuicConn) {
    this.#connection = connection;
    const { hostname, port } = connection.remoteAddr;
    this.remote = { host: hostname, port };
  }

  /** Waits for the client's stream, which comes with its hello. */
  async open(): Promise<Connection> {
    const streams = this.#connection.incomingBidirectionalStreams.getReader();
    const { value } = await streams.read();
    streams.releaseLock();
    if (value === undefined) throw new Deno.errors.ConnectionReset("The peer has hung up");
    return new QuicConnection(this.#connection, value);
  }

  close(): void {
    abandon(this.#connection);
  }
}
