import { AcceptedSocket, AcceptedSockets } from "../../ffi/accepted_socket.ts";
import { openFileLimit } from "../../ffi/open_files.ts";
import { HandshakeError } from "./authenticate.ts";
import { abandon, type Connection } from "./connection.ts";
import { ALPN } from "./handshake.ts";
import { type Greeting, HelloWatch } from "./hello_watch.ts";
import { addressBytes } from "./network.ts";
import type { Endpoint } from "./tls.ts";
import { encodeAlert, TlsAlert, TOO_BUSY } from "./tls_alert.ts";
import { TlsConnection } from "./tls_connection.ts";
import type { Incoming } from "./transport.ts";

/** Descriptors that strangers and tunnels leave to everything else. */
export const SPARE_FILES = 32;

const sockets = new AcceptedSockets();
const hellos = new HelloWatch();

/** Descriptors that may wait for Deno to close them before the next connection is accepted. */
const MAX_CLOSING = 20;
/** How long that is waited for at most. Milliseconds. */
const CLOSING_PATIENCE = 100;

/**
 * Resolves when Deno has closed nearly all that was hung up on: it does so when it next looks for
 * news of sockets, before which it may accept many a connection.
 */
export async function settleClosing(): Promise<void> {
  const limit = performance.now() + CLOSING_PATIENCE;
  while (sockets.areClosing(MAX_CLOSING) && performance.now() < limit) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/**
 * A TCP connection that Deno has accepted:
 *
 *     held back ──greeted()──▶ hello seen ──open()──▶ TLS ──▶ connection
 *
 * Deno's TLS does nothing before `open`, and a connection is closed in the kernel: Deno alone does
 * not close one whose handshake or last write has not ended.
 */
export class TlsIncoming implements Incoming {
  readonly remote: Endpoint;
  readonly encrypted = false;
  #connection: Deno.TlsConn;
  #socket: AcceptedSocket | undefined;
  /** Accepted in the moment before its listener was guarded: Deno may have read its hello. */
  #early: boolean;
  #opened = false;
  #stopWaiting = (): void => {};

  constructor(connection: Deno.TlsConn) {
    this.#connection = connection;
    const { hostname, port } = connection.remoteAddr as Deno.NetAddr;
    this.remote = { host: hostname, port };
    this.#socket = findSocket(connection);
    this.#early = this.#socket !== undefined && !this.#socket.heldBack;
  }

  get scarce(): boolean {
    // The kernel gives the lowest free number: all below it are in use.
    return this.#socket !== undefined && this.#socket.number >= openFileLimit() - SPARE_FILES;
  }

  async greeted(): Promise<void> {
    if (this.#early) return;
    const greeting = await this.#greeting();
    if (greeting === "ended") {
      throw ended("connection-lost", "network", "the peer hung up before TLS");
    }
    if (greeting === "malformed") {
      throw this.#reject(TlsAlert.decodeError, "the peer does not speak TLS");
    }
    if (!greeting.tls13) throw this.#reject(TlsAlert.protocolVersion, "the peer lacks TLS 1.3");
    if (!greeting.protocols.includes(ALPN)) {
      throw this.#reject(TlsAlert.noApplicationProtocol, `the peer does not speak "${ALPN}"`);
    }
  }

  async open(): Promise<Connection> {
    this.#opened = true;
    this.#socket?.release();
    const { alpnProtocol } = await this.#connection.handshake();
    if (alpnProtocol === ALPN) return new TlsConnection(this.#connection, () => this.close());
    throw ended("protocol-violation", "us", `the peer does not speak "${ALPN}"`);
  }

  refuse(): void {
    this.#say(TOO_BUSY);
    this.close();
  }

  close(): void {
    this.#stopWaiting();
    this.#socket?.shutdown();
    abandon(this.#connection);
  }

  #greeting(): Promise<Greeting> {
    const { promise, resolve } = Promise.withResolvers<Greeting>();
    const socket = this.#socket;
    if (socket === undefined) resolve("ended");
    else this.#stopWaiting = hellos.wait((into) => socket.peek(into), resolve);
    return promise;
  }

  #reject(alert: number, detail: string): HandshakeError {
    this.#say(alert);
    return ended("protocol-violation", "us", detail);
  }

  /** An alert in plain, which is possible as long as TLS has not begun. */
  #say(alert: number): void {
    if (!this.#opened && !this.#early) this.#socket?.say(encodeAlert(alert));
  }
}

function findSocket({ localAddr, remoteAddr }: Deno.TlsConn): AcceptedSocket | undefined {
  const [local, remote] = [localAddr, remoteAddr].map((end) => {
    const { hostname, port } = end as Deno.NetAddr;
    return { address: addressBytes(hostname) ?? new Uint8Array(16), port };
  });
  return sockets.find(local, remote);
}

function ended(
  reason: "connection-lost" | "protocol-violation",
  by: "us" | "network",
  detail: string,
): HandshakeError {
  return new HandshakeError({ reason, by, detail });
}
