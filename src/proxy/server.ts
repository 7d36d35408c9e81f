import { Admission, type AdmissionLimits } from "../tunnel/admission.ts";
import {
  authenticateClient,
  endOf,
  HandshakeError,
  type ServerCredentials,
} from "../tunnel/authenticate.ts";
import type { TunnelEnd } from "../tunnel/close_reason.ts";
import { abandon, type Connection } from "../tunnel/connection.ts";
import type { RecordBuffer } from "../tunnel/record_reader.ts";
import type { Incoming, Listener } from "../tunnel/transport.ts";
import { type KeepaliveOptions, Tunnel, TUNNEL_BUFFER } from "../tunnel/tunnel.ts";
import type { Proxy } from "./proxy.ts";

/** Pause after a failed accept (too many open files, say), so as not to spin. Milliseconds. */
const ACCEPT_PAUSE = 100;

/** What the accepting side is made of. */
export interface ServerOptions {
  proxy: Proxy;
  listeners: readonly Listener[];
  /** What a connection that arrives now is authenticated by. */
  credentials: () => ServerCredentials;
  /** Whether a client that has authenticated is still welcome. */
  knows: (client: string) => boolean;
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

  async #accept(listener: Listener): Promise<void> {
    while (!this.#stopping) {
      try {
        const incoming = await listener.accept();
        this.#serve(incoming).catch(this.#options.events.acceptFailed);
      } catch (error) {
        if (this.#stopping) return;
        this.#options.events.acceptFailed(error);
        await new Promise((resolve) => setTimeout(resolve, ACCEPT_PAUSE));
      }
    }
  }

  async #serve(incoming: Incoming): Promise<void> {
    const { host, port } = incoming.remote;
    const address = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    const { events } = this.#options;
    if (!this.#admission.enter(host)) {
      abandon(incoming);
      return events.rejected(address, {
        reason: "too-many-connections",
        by: "us",
        detail: "unauthenticated connections",
      });
    }
    let authenticated: { client: string; connection: Connection };
    try {
      authenticated = await this.#authenticate(incoming);
    } catch (error) {
      abandon(incoming);
      return events.rejected(address, endOf(error));
    } finally {
      this.#admission.leave(host);
    }
    await this.#carry(authenticated.client, address, authenticated.connection);
  }

  async #authenticate(
    incoming: Incoming,
  ): Promise<{ client: string; connection: Connection }> {
    const credentials = this.#options.credentials();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      abandon(incoming);
    }, this.#options.admission.timeout);
    try {
      const connection = await incoming.open();
      const client = await authenticateClient(connection, credentials);
      return { client, connection };
    } catch (error) {
      if (!late) throw error;
      throw new HandshakeError({ reason: "handshake-timeout", by: "us", detail: "" });
    } finally {
      clearTimeout(timer);
    }
  }

  async #carry(client: string, address: string, connection: Connection): Promise<void> {
    const { proxy, events, keepalive, buffer, now, knows } = this.#options;
    if (this.#stopping || !knows(client)) return abandon(connection);
    const tunnel = new Tunnel({
      connection,
      buffer: buffer(TUNNEL_BUFFER),
      keepalive,
      now,
    });
    const { member, sink } = proxy.join(client, tunnel);
    events.connected(client, address);
    const end = await tunnel.run(sink);
    proxy.leave(member, tunnel);
    events.disconnected(client, address, end);
  }
}
