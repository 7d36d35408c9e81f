import { endOf } from "../tunnel/authenticate.ts";
import type { TunnelEnd } from "../tunnel/close_reason.ts";
import { abandon, type Connection } from "../tunnel/connection.ts";
import type { RecordBuffer } from "../tunnel/record_reader.ts";
import type { Incoming, Listener } from "../tunnel/transport.ts";
import { type KeepaliveOptions, Tunnel, TUNNEL_BUFFER } from "../tunnel/tunnel.ts";
import type { Proxy } from "./proxy.ts";
import { type Received, Reception, type ReceptionOptions } from "./reception.ts";

/** Pause after a failed accept (too many open files, say), so as not to spin. Milliseconds. */
const ACCEPT_PAUSE = 100;

/** What the accepting side is made of. */
export interface ServerOptions {
  proxy: Proxy;
  listeners: readonly Listener[];
  /** Whether a client that has authenticated is still welcome. */
  knows: (client: string) => boolean;
  reception: ReceptionOptions;
  keepalive: KeepaliveOptions;
  buffer: (size: number) => RecordBuffer;
  now: () => number;
  events: ServerEvents;
}

/** What a server tells of its connections. */
export interface ServerEvents {
  /** Turned away before or in authentication; `address` is host and port. */
  rejected(host: string, address: string, end: TunnelEnd): void;
  connected(client: string, address: string): void;
  disconnected(client: string, address: string, end: TunnelEnd): void;
  acceptFailed(error: unknown): void;
}

/** Accepts tunnels, authenticates them and runs them until they end. */
export class Server {
  #options: ServerOptions;
  #reception: Reception;
  #stopping = false;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#reception = new Reception(options.reception);
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
    let received: Received;
    try {
      received = await this.#reception.receive(incoming);
    } catch (error) {
      return this.#options.events.rejected(host, address, endOf(error));
    }
    try {
      await this.#carry(received.client, address, received.connection);
    } finally {
      abandon(incoming);
      this.#reception.parted(received.client, host);
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
