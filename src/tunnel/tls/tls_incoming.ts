import { AcceptedSocket } from "../../../ffi/socket/accepted_socket.ts";
import { handOver } from "../../../ffi/socket/hand_over.ts";
import { openFileLimit } from "../../../ffi/file/open_files.ts";
import { HandshakeError } from "../authenticate.ts";
import { abandon, type Connection } from "../transport/connection.ts";
import { ALPN } from "../handshake.ts";
import { type Greeting, type HelloWait, HelloWatch } from "./hello_watch.ts";
import { listenAs } from "./tls.ts";
import type { Endpoint } from "../transport/endpoint.ts";
import { encodeAlert, TlsAlert, TOO_BUSY } from "./tls_alert.ts";
import { TlsConnection } from "./tls_connection.ts";
import type { TlsIdentity } from "./tls_identity.ts";
import type { Incoming, ReleasedConnection } from "../transport/listener.ts";

/** Descriptors that strangers and tunnels leave free for everything else. */
export const SPARE_FILES = 32;

const hellos = new HelloWatch();

/**
 * A TCP connection:
 *
 *     accepted ──greeted()──▶ hello seen ──open()──▶ Deno's, TLS ──▶ connection
 *
 * Deno does not see it before `open`. It is closed in the kernel: Deno alone does not close a
 * connection whose handshake or last write is still pending.
 */
export class TlsIncoming implements Incoming {
  readonly encrypted = false;
  #socket: AcceptedSocket;
  /** The identity to present to it. */
  #shown: TlsIdentity;
  #connection: Deno.TlsConn | undefined;
  #opened = false;
  #closed = false;
  #hello: HelloWait | undefined;

  constructor(socket: AcceptedSocket, shown: TlsIdentity) {
    this.#socket = socket;
    this.#shown = shown;
  }

  /** Takes a connection over that another thread has released, with its hello unread. */
  static takeOver({ number, remote, shown }: ReleasedConnection): TlsIncoming {
    return new TlsIncoming(new AcceptedSocket(number, remote), shown);
  }

  get remote(): Endpoint {
    return this.#socket.remote;
  }

  get scarce(): boolean {
    // The kernel assigns the lowest free descriptor: all lower ones are in use.
    return this.#socket.number >= openFileLimit() - SPARE_FILES;
  }

  async greeted(): Promise<readonly string[]> {
    const greeting = await this.#greeting();
    if (greeting === "ended") {
      throw ended("connection-lost", "network", "the peer closed the connection before TLS");
    }
    if (greeting === "malformed") {
      throw this.#reject(TlsAlert.decodeError, "the peer does not speak TLS");
    }
    if (!greeting.tls13) {
      throw this.#reject(TlsAlert.protocolVersion, "the peer does not support TLS 1.3");
    }
    if (!greeting.protocols.includes(ALPN)) {
      throw this.#reject(TlsAlert.noApplicationProtocol, `the peer does not speak "${ALPN}"`);
    }
    return greeting.protocols;
  }

  hasSpoken(): boolean {
    return this.#hello?.look() ?? false;
  }

  async open(): Promise<Connection> {
    this.#opened = true;
    const connection = await handOver(this.#socket, listenAs(this.#shown));
    this.#connection = connection;
    if (this.#closed) abandon(connection);
    const { alpnProtocol } = await connection.handshake();
    if (alpnProtocol === ALPN) {
      return new TlsConnection(connection, this.#socket, () => this.close());
    }
    throw ended("protocol-violation", "us", `the peer does not speak "${ALPN}"`);
  }

  release(): ReleasedConnection {
    const { remote } = this.#socket;
    return { number: this.#socket.release(), remote, shown: this.#shown };
  }

  refuse(): void {
    this.#say(TOO_BUSY);
    this.close();
  }

  close(): void {
    this.#closed = true;
    this.#hello?.stop();
    this.#socket.close();
    if (this.#connection !== undefined) abandon(this.#connection);
  }

  #greeting(): Promise<Greeting> {
    const { promise, resolve } = Promise.withResolvers<Greeting>();
    this.#hello = hellos.wait((into) => this.#socket.peek(into), resolve);
    return promise;
  }

  #reject(alert: number, detail: string): HandshakeError {
    this.#say(alert);
    return ended("protocol-violation", "us", detail);
  }

  /** Sends an unencrypted alert, which is possible until TLS begins. */
  #say(alert: number): void {
    if (!this.#opened) this.#socket.say(encodeAlert(alert));
  }
}

function ended(
  reason: "connection-lost" | "protocol-violation",
  by: "us" | "network",
  detail: string,
): HandshakeError {
  return new HandshakeError({ reason, by, detail });
}
