import { Admission, type AdmissionLimits } from "../tunnel/admission.ts";
import {
  authenticateClient,
  endOf,
  HandshakeError,
  type ServerCredentials,
} from "../tunnel/authenticate.ts";
import type { TunnelEnd } from "../tunnel/close_reason.ts";
import { abandon } from "../tunnel/connection.ts";
import { ALPN } from "../tunnel/handshake.ts";
import type { RecordBuffer } from "../tunnel/record_reader.ts";
import { type KeepaliveOptions, Tunnel, TUNNEL_BUFFER } from "../tunnel/tunnel.ts";
import type { Proxy } from "./proxy.ts";

/** Pause after a failed accept (too many open files, say), so as not to spin. Milliseconds. */
const ACCEPT_PAUSE = 100;

/** What the accepting side is made of. */
export interface ServerOptions {
  proxy: Proxy;
  listeners: Deno.TlsListener[];
  credentials: ServerCredentials;
  admission: AdmissionLimits & { timeout: number };
  keepalive: KeepaliveOptions;
  buffer: (size: number) => RecordBuffer;
  now: () => number;
  events: ServerEvents;
}

/** What a server tells of its connections. */
export interface ServerEvents {
  /** Turned away before or in authentication. */
  rejected(address: string, end: TunnelEnd): void;
  connected(client: string, address: string): void;
  disconnected(client: string, address: string, end: TunnelEnd): void;
  acceptFailed(error: unknown): void;
}

/** Accepts tunnels, authenticates them and runs them until they end. */
export class Server {
  #options: ServerOptions;
  #admission: Admission;
  #stopping = false;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#admission = new Admission(options.admission);
  }

  /** Accepts on all listeners until `stop()`. */
  async run(): Promise<void> {
    await Promise.all(this.#options.listeners.map((listener) => this.#accept(listener)));
  }

  /** Stops accepting. */
  stop(): void {
    this.#stopping = true;
    for (const listener of this.#options.listeners) listener.close();
  }

  async #accept(listener: Deno.TlsListener): Promise<void> {
    while (!this.#stopping) {
      try {
        const connection = await listener.accept();
        this.#serve(connection).catch(this.#options.events.acceptFailed);
      } catch (error) {
        if (this.#stopping) return;
        this.#options.events.acceptFailed(error);
        await new Promise((resolve) => setTimeout(resolve, ACCEPT_PAUSE));
      }
    }
  }

  async #serve(connection: Deno.TlsConn): Promise<void> {
    const { hostname, port } = connection.remoteAddr as Deno.NetAddr;
    const address = hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
    const { events } = this.#options;
    if (!this.#admission.enter(hostname)) {
      abandon(connection);
      return events.rejected(address, {
        reason: "too-many-connections",
        by: "us",
        detail: "unauthenticated connections",
      });
    }
    let client: string | undefined;
    try {
      client = await this.#authenticate(connection);
    } catch (error) {
      abandon(connection);
      return events.rejected(address, endOf(error));
    } finally {
      this.#admission.leave(hostname);
    }
    await this.#carry(client, address, connection);
  }

  async #authenticate(connection: Deno.TlsConn): Promise<string> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      abandon(connection);
    }, this.#options.admission.timeout);
    try {
      const { alpnProtocol } = await connection.handshake();
      if (alpnProtocol !== ALPN) {
        const detail = `the peer does not speak "${ALPN}"`;
        throw new HandshakeError({ reason: "protocol-violation", by: "us", detail });
      }
      return await authenticateClient(connection, this.#options.credentials);
    } catch (error) {
      if (!late) throw error;
      throw new HandshakeError({ reason: "handshake-timeout", by: "us", detail: "" });
    } finally {
      clearTimeout(timer);
    }
  }

  async #carry(client: string, address: string, connection: Deno.TlsConn): Promise<void> {
    const { proxy, events, keepalive, buffer, now } = this.#options;
    if (this.#stopping) return abandon(connection);
    for (const old of proxy.members) {
      if (old.name !== client) continue;
      proxy.leave(old, "replaced"); // the client is back before we noticed that it had gone
      old.tunnel.close("replaced", "", 0);
    }
    const tunnel = new Tunnel({
      peer: client,
      connection,
      buffer: buffer(TUNNEL_BUFFER),
      keepalive,
      now,
    });
    const { member, sink } = proxy.join(client, tunnel);
    events.connected(client, address);
    const end = await tunnel.run(sink);
    proxy.leave(member, "tunnel-lost");
    events.disconnected(client, address, end);
  }
}
