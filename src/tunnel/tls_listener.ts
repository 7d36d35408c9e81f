import { guardListener, preferListener, sharePort } from "../../ffi/tcp.ts";
import { type Endpoint, listenTls, type TuneSockets } from "./tls.ts";
import { settleClosing, TlsIncoming } from "./tls_incoming.ts";
import type { Incoming, Listener, Renewal } from "./transport.ts";

/** How long a socket that was replaced accepts what the kernel still had for it. Milliseconds. */
const LEAVING = 1_000;

/**
 * A TCP port that takes TLS connections. Deno's listener keeps its certificate for life, so another
 * certificate means another socket on the same port, beside the former one for a moment:
 *
 *     one socket ──renew()──▶ two, the second gets what is new ──LEAVING──▶ one socket
 *                                │ cancel()                                    ▲
 *                                └─────────────────────────────────────────────┘
 */
export class TlsListener implements Listener {
  readonly port: number;
  #endpoint: Endpoint;
  #tune: TuneSockets;
  #sockets: Set<Deno.TlsListener>;
  #current: Deno.TlsListener;
  /** Sockets that are waiting for a connection. */
  #accepting = new Map<Deno.TlsListener, Promise<void>>();
  #ready: Incoming[] = [];
  #waiting: PromiseWithResolvers<Incoming> | undefined;
  /** Resolves when there is but one socket. */
  #alone = Promise.resolve();

  constructor(endpoint: Endpoint, certificate: string, key: string, tune: TuneSockets) {
    this.#current = listenTls(endpoint, certificate, key, tune);
    this.#sockets = new Set([this.#current]);
    this.#tune = tune;
    this.port = (this.#current.addr as Deno.NetAddr).port;
    guardListener(this.port);
    this.#endpoint = { host: endpoint.host, port: this.port };
  }

  accept(): Promise<Incoming> {
    const ready = this.#ready.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.#sockets.size === 0) return Promise.reject(closed());
    const { promise } = this.#waiting = Promise.withResolvers();
    for (const socket of this.#sockets) this.#listen(socket);
    return promise;
  }

  async renew(certificate: string, key: string): Promise<Renewal> {
    // A flag that is missing makes Deno end the process; QUIC comes with the same one.
    if (Deno.QuicEndpoint === undefined) {
      throw new Error(
        "Cannot change the certificate: this Deno runs without --unstable-net; add it, or restart",
      );
    }
    await this.#alone;
    const former = this.#current;
    sharePort(this.port);
    const next = listenTls(this.#endpoint, certificate, key, this.#tune, true);
    guardListener(this.port);
    preferListener(this.port, "second");
    this.#current = next;
    this.#sockets.add(next);
    if (this.#waiting !== undefined) this.#listen(next);
    return {
      commit: () => void (this.#alone = this.#leave(former)),
      cancel: () => {
        this.#current = former;
        preferListener(this.port, "first");
        this.#alone = this.#leave(next);
      },
    };
  }

  close(): void {
    for (const socket of this.#sockets) this.#drop(socket);
    for (const incoming of this.#ready.splice(0)) incoming.close();
    this.#fail(closed());
  }

  async #leave(socket: Deno.TlsListener): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, LEAVING));
    await this.#drop(socket);
  }

  /** Closes a socket; it is closed in the kernel when nothing waits on it any more. */
  async #drop(socket: Deno.TlsListener): Promise<void> {
    if (this.#sockets.delete(socket)) socket.close();
    await this.#accepting.get(socket);
  }

  #listen(socket: Deno.TlsListener): void {
    if (this.#accepting.has(socket)) return;
    const accepting = this.#acceptOne(socket).finally(() => {
      this.#accepting.delete(socket);
      // Two sockets may have brought one each, of which the second waits in `ready`.
      if (this.#waiting !== undefined && this.#sockets.has(socket)) this.#listen(socket);
    });
    this.#accepting.set(socket, accepting);
  }

  async #acceptOne(socket: Deno.TlsListener): Promise<void> {
    try {
      await settleClosing();
      this.#deliver(new TlsIncoming(await socket.accept()));
    } catch (error) {
      if (this.#sockets.has(socket)) this.#fail(error);
    }
  }

  #deliver(incoming: Incoming): void {
    if (this.#waiting === undefined) this.#ready.push(incoming);
    else this.#waiting.resolve(incoming);
    this.#waiting = undefined;
  }

  #fail(error: unknown): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

function closed(): Error {
  return new Deno.errors.BadResource("Listener closed");
}
