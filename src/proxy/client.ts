import {
  authenticateToServer,
  type ClientCredentials,
  endOf,
  HandshakeError,
} from "../tunnel/authenticate.ts";
import type { TunnelEnd } from "../tunnel/close_reason.ts";
import { abandon, type Connection } from "../tunnel/connection.ts";
import type { RecordBuffer } from "../tunnel/record_reader.ts";
import type { Endpoint, Trust, TuneSockets } from "../tunnel/tls.ts";
import { dial, type Transport } from "../tunnel/transport.ts";
import { type KeepaliveOptions, Tunnel, TUNNEL_BUFFER } from "../tunnel/tunnel.ts";
import { Backoff, type BackoffOptions } from "./backoff.ts";
import type { Proxy } from "./proxy.ts";
import type { Member } from "./session.ts";

/** What the dialling side is made of. */
export interface ClientOptions {
  proxy: Proxy;
  /** What carries the tunnel. */
  transport: Transport;
  /** Servers, tried in this order. */
  servers: readonly Endpoint[];
  /** What makes a server's certificate acceptable. */
  trust: (server: Endpoint) => Trust;
  tune: TuneSockets;
  credentials: ClientCredentials;
  keepalive: KeepaliveOptions;
  reconnect: BackoffOptions;
  /** Milliseconds for the transport, TLS and authentication together. */
  connectTimeout: number;
  buffer: (size: number) => RecordBuffer;
  now: () => number;
  /** Numbers in [0, 1). */
  random: () => number;
  events: ClientEvents;
}

/** What a client tells of its tunnel. */
export interface ClientEvents {
  connected(server: string): void;
  /** The tunnel, or the attempt to set it up, has ended; the next attempt is `delay` ms away. */
  disconnected(server: string, end: TunnelEnd, delay: number): void;
}

/**
 * Keeps one tunnel up:
 *
 *     dialling ──authenticated──▶ up ──ended──▶ waiting ──▶ dialling
 *         └──────failed: the next server────────▶┘           stop() ends any of them
 */
export class Client {
  #options: ClientOptions;
  #backoff: Backoff;
  #member: Member | undefined;
  #stopping = false;
  #wake = Promise.withResolvers<void>();
  /** Rejects at `stop()`: who dials nobody is not waited for. */
  #halted = Promise.withResolvers<never>();

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#halted.promise.catch(() => {});
    this.#backoff = new Backoff(options.reconnect, options.random);
  }

  /** The tunnel that is up. */
  get member(): Member | undefined {
    return this.#member;
  }

  /** Dials and runs tunnels until `stop()`. */
  async run(): Promise<void> {
    for (let turn = 0; !this.#stopping; turn++) {
      const server = this.#options.servers[turn % this.#options.servers.length];
      const began = this.#options.now();
      const name = `${server.host}:${server.port}`;
      const { end, wasUp } = await this.#once(server, name);
      if (this.#stopping) return;
      const lasted = wasUp ? this.#options.now() - began : 0;
      if (wasUp) turn = -1; // after a tunnel that stood, the first server is tried first
      const delay = this.#backoff.next(lasted);
      this.#options.events.disconnected(name, end, delay);
      await this.#wait(delay);
    }
  }

  /** No further attempt is made; a tunnel that is up goes on until it is closed. */
  stop(): void {
    this.#stopping = true;
    this.#wake.resolve();
    this.#halted.reject(new Deno.errors.Interrupted("Stopped"));
  }

  async #once(server: Endpoint, name: string): Promise<{ end: TunnelEnd; wasUp: boolean }> {
    let connection: Connection;
    const connecting = this.#connect(server);
    try {
      connection = await Promise.race([connecting, this.#halted.promise]);
    } catch (error) {
      connecting.then(abandon, () => {}); // one that comes too late
      return { end: endOf(error), wasUp: false };
    }
    if (this.#stopping) {
      abandon(connection);
      return { end: { reason: "shutdown", by: "us", detail: "" }, wasUp: false };
    }
    const { proxy, keepalive, buffer, now, events } = this.#options;
    const tunnel = new Tunnel({
      connection,
      buffer: buffer(TUNNEL_BUFFER),
      keepalive,
      now,
    });
    const { member, sink } = proxy.join(name, tunnel);
    this.#member = member;
    events.connected(name);
    const end = await tunnel.run(sink);
    this.#member = undefined;
    proxy.leave(member, "tunnel-lost");
    return { end, wasUp: true };
  }

  async #connect(server: Endpoint): Promise<Connection> {
    const { transport, trust, tune, connectTimeout, credentials, now } = this.#options;
    const began = now();
    const connection = await dial(transport, server, trust(server), connectTimeout, tune);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      abandon(connection);
    }, Math.max(1, connectTimeout - (now() - began)));
    try {
      await authenticateToServer(connection, credentials);
      return connection;
    } catch (error) {
      abandon(connection);
      if (!late) throw error;
      throw new HandshakeError({ reason: "handshake-timeout", by: "us", detail: "" });
    } finally {
      clearTimeout(timer);
    }
  }

  async #wait(delay: number): Promise<void> {
    const timer = setTimeout(this.#wake.resolve, delay);
    await this.#wake.promise;
    clearTimeout(timer);
    this.#wake = Promise.withResolvers();
  }
}
