import { endOf, type ProvenClient } from "../tunnel/authenticate.ts";
import type { TunnelEnd } from "../tunnel/close_reason.ts";
import { abandon, type Connection } from "../tunnel/transport/connection.ts";
import type { RecordBuffer } from "../tunnel/record/record_reader.ts";
import type { Incoming, Listener } from "../tunnel/transport/listener.ts";
import { type KeepaliveOptions, Tunnel, TUNNEL_BUFFER } from "../tunnel/tunnel.ts";
import type { PollLoop } from "../tunnel/turn.ts";
import { ClientAllowances } from "./client_allowances.ts";
import { NameGuard } from "./name_guard.ts";
import type { Proxy } from "../proxy/proxy.ts";
import {
  type Received,
  Reception,
  type ReceptionLimits,
  type ReceptionOptions,
} from "./reception.ts";

/**
 * Pause after a failed accept (for example, too many open files), to avoid spinning. Milliseconds.
 */
const ACCEPT_PAUSE = 100;
/** Time limit for admitting or refusing an authenticated client, in milliseconds. */
const ADMISSION_TIME = 5_000;

/** Dependencies of a server. */
export interface ServerOptions {
  proxy: Proxy;
  listeners: readonly Listener[];
  /** Whether an authenticated client is still configured. */
  knows: (client: string) => boolean;
  reception: ReceptionOptions;
  keepalive: KeepaliveOptions;
  buffer: (size: number) => RecordBuffer;
  now: () => number;
  pollLoop: PollLoop;
  events: ServerEvents;
}

/** Events of a server's connections. */
export interface ServerEvents {
  /** Refused before or during authentication; `address` is host and port. */
  rejected(host: string, address: string, end: TunnelEnd): void;
  connected(client: string, address: string): void;
  disconnected(client: string, address: string, end: TunnelEnd): void;
  acceptFailed(error: unknown): void;
  /** A client was refused because a tunnel of its name from another address is up and answers. */
  nameInUse(client: string, newcomer: string, holder: string): void;
}

/** Accepts tunnels, authenticates them and runs them until they end. */
export class Server {
  #options: ServerOptions;
  #keepalive: KeepaliveOptions;
  #reception: Reception;
  #names: NameGuard;
  #allowances: ClientAllowances;
  #stopping = false;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#keepalive = options.keepalive;
    this.#reception = new Reception(options.reception);
    this.#allowances = new ClientAllowances(options.knows, options.now);
    this.#names = new NameGuard({
      peers: options.proxy.peers,
      conflict: (...of) => options.events.nameInUse(...of),
    });
  }

  /** Applies new settings: limits to later connections, times to all tunnels. */
  reconfigure(limits: ReceptionLimits, keepalive: KeepaliveOptions): void {
    this.#reception.reconfigure(limits);
    this.#keepalive = keepalive;
    for (const { tunnel, joining } of this.#options.proxy.peers.values()) {
      for (const each of [tunnel, joining]) each?.reconfigure(keepalive);
    }
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
    const { client, connection } = received;
    try {
      await this.#admit(client, address, connection);
    } catch (error) {
      abandon(incoming);
      return this.#options.events.rejected(host, address, endOf(error));
    }
    try {
      await this.#carry(client, address, connection);
    } finally {
      abandon(incoming);
      this.#reception.closed(client.name, host);
    }
  }

  /** Admits an authenticated client, or throws the reason for refusing it. */
  async #admit(client: ProvenClient, address: string, connection: Connection): Promise<void> {
    const timer = setTimeout(() => abandon(connection), ADMISSION_TIME);
    try {
      await this.#names.admit(client, address);
      // Each login costs a list of all sessions and the memory of a new tunnel.
      if (!this.#allowances.mayLogIn(client.name)) {
        return await client.refuse("too-many-connections", "login-rate");
      }
      await client.accept();
    } finally {
      clearTimeout(timer);
    }
  }

  async #carry(proven: ProvenClient, address: string, connection: Connection): Promise<void> {
    const client = proven.name;
    const { proxy, events, buffer, now, pollLoop, knows } = this.#options;
    if (this.#stopping || !knows(client)) return abandon(connection);
    const tunnel = new Tunnel({
      connection,
      buffer: buffer(TUNNEL_BUFFER),
      keepalive: this.#keepalive,
      now,
      pollLoop,
      allowance: this.#allowances.of(client),
    });
    const { peer, sink } = proxy.join(client, tunnel);
    this.#names.hold(proven, address);
    events.connected(client, address);
    const end = await tunnel.run(sink);
    this.#names.release(client, address);
    proxy.leave(peer, tunnel);
    events.disconnected(client, address, end);
  }
}
