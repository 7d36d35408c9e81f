import { formatAddress } from "../config/addresses.ts";
import type { ProvenClient } from "../tunnel/authenticate.ts";
import { abandon, type Connection } from "../tunnel/transport/connection.ts";
import type { RecordBuffer } from "../tunnel/record/record_reader.ts";
import type { Endpoint } from "../tunnel/transport/endpoint.ts";
import type { Transport } from "../tunnel/transport.ts";
import { type KeepaliveOptions, Tunnel, TUNNEL_BUFFER } from "../tunnel/tunnel.ts";
import type { PollLoop } from "../tunnel/turn.ts";
import { ClientAllowances } from "./client_allowances.ts";
import { NameGuard } from "./name_guard.ts";
import type { Proxy } from "../proxy/proxy.ts";
import type { ServerEvents } from "./server_events.ts";

/** Time limit for admitting or refusing an authenticated client, in milliseconds. */
const ADMISSION_TIME = 5_000;

/** Dependencies of {@linkcode ClientTunnels}. */
export interface ClientTunnelsOptions {
  proxy: Proxy;
  /** Whether an authenticated client is still configured. */
  knows: (client: string) => boolean;
  keepalive: KeepaliveOptions;
  buffer: (size: number) => RecordBuffer;
  /** Monotonic clock, in milliseconds. */
  now: () => number;
  pollLoop: PollLoop;
  /** Whether a tunnel's path decides about its congestion control. */
  suitsPath: () => boolean;
  events: ServerEvents;
}

/** An authenticated client's connection. */
export interface LoggedIn {
  client: ProvenClient;
  connection: Connection;
  /** Its address now: over QUIC it may change. */
  remote: Endpoint;
  transport: Transport;
  /** Whether this thread serves the client; another one does if not. */
  isServed: boolean;
}

/** Admits authenticated clients and runs their tunnels until they end. */
export class ClientTunnels {
  #options: ClientTunnelsOptions;
  #keepalive: KeepaliveOptions;
  #names: NameGuard;
  #allowances: ClientAllowances;
  #stopping = false;

  constructor(options: ClientTunnelsOptions) {
    this.#options = options;
    this.#keepalive = options.keepalive;
    this.#allowances = new ClientAllowances(options.knows, options.now);
    this.#names = new NameGuard({
      peers: options.proxy.peers,
      conflict: (...of) => options.events.nameInUse(...of),
    });
  }

  /** Applies new times to all tunnels. */
  reconfigure(keepalive: KeepaliveOptions): void {
    this.#keepalive = keepalive;
    for (const { tunnel, joining } of this.#options.proxy.peers.values()) {
      for (const each of [tunnel, joining]) each?.reconfigure(keepalive);
    }
  }

  /** Begins no further tunnels. */
  stop(): void {
    this.#stopping = true;
  }

  /** Admits an authenticated client, or throws the reason for refusing it. */
  async admit({ client, connection, remote, isServed }: LoggedIn): Promise<void> {
    const timer = setTimeout(() => abandon(connection), ADMISSION_TIME);
    try {
      if (!isServed) {
        return await client.refuse("restart", "dial again, for the thread that serves this client");
      }
      await this.#names.admit(client, formatAddress(remote));
      // Each login costs a list of all sessions and the memory of a new tunnel.
      if (!this.#allowances.mayLogIn(client.name)) {
        return await client.refuse("too-many-connections", "login-rate");
      }
      await client.accept();
    } finally {
      clearTimeout(timer);
    }
  }

  /** Runs an admitted client's tunnel until it ends. */
  async carry(loggedIn: LoggedIn): Promise<void> {
    const { client, connection, transport } = loggedIn;
    const { name } = client;
    const { proxy, events, buffer, now, pollLoop, suitsPath, knows } = this.#options;
    if (this.#stopping || !knows(name)) return abandon(connection);
    const address = (): string => formatAddress(loggedIn.remote);
    const tunnel = new Tunnel({
      connection,
      buffer: buffer(TUNNEL_BUFFER),
      keepalive: this.#keepalive,
      now,
      pollLoop,
      suitsPath,
      allowance: this.#allowances.of(name),
    });
    const { peer, sink } = proxy.join(name, tunnel);
    this.#names.hold(client, address());
    events.connected(name, address(), transport);
    const end = await tunnel.run(sink);
    this.#names.release(name, address());
    proxy.leave(peer, tunnel);
    events.disconnected(name, address(), end, peer.sessions);
  }

  /** Notes a tunnel's new address wherever the old one is known. */
  moved(loggedIn: LoggedIn, remote: Endpoint): void {
    const { name } = loggedIn.client;
    const [from, address] = [formatAddress(loggedIn.remote), formatAddress(remote)];
    loggedIn.remote = remote;
    this.#names.moved(name, from, address);
    this.#options.events.moved(name, from, address);
  }
}
