import { formatAddress } from "../config/addresses.ts";
import { endOf } from "../tunnel/authenticate.ts";
import { abandon } from "../tunnel/transport/connection.ts";
import type { Incoming, Listener } from "../tunnel/transport/listener.ts";
import type { Transport } from "../tunnel/transport.ts";
import type { KeepaliveOptions } from "../tunnel/tunnel.ts";
import { AddressWatch } from "./address_watch.ts";
import { ClientTunnels, type ClientTunnelsOptions, type LoggedIn } from "./client_tunnels.ts";
import { Reception, type ReceptionLimits, type ReceptionOptions } from "./reception.ts";

/**
 * Pause after a failed accept (for example, too many open files), to avoid spinning. Milliseconds.
 */
const ACCEPT_PAUSE = 100;

/** Dependencies of a server. */
export interface ServerOptions extends ClientTunnelsOptions {
  listeners: readonly Listener[];
  reception: ReceptionOptions;
  /** Whether this thread serves a client that has logged in from `host`; by default always. */
  serves?: (client: string, host: string) => boolean;
}

/** Accepts tunnels, authenticates them and runs them until they end. */
export class Server {
  #options: ServerOptions;
  #reception: Reception;
  #tunnels: ClientTunnels;
  #addresses = new AddressWatch();
  #connected = new Set<LoggedIn>();
  #stopping = false;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#reception = new Reception(options.reception);
    this.#tunnels = new ClientTunnels(options);
  }

  /** Applies new settings: limits to later connections, times to all tunnels. */
  reconfigure(limits: ReceptionLimits, keepalive: KeepaliveOptions): void {
    this.#reception.reconfigure(limits);
    this.#tunnels.reconfigure(keepalive);
  }

  /** Accepts on all listeners until `stop()`. */
  async run(): Promise<void> {
    await Promise.all(this.#options.listeners.map((listener) => this.#accept(listener)));
  }

  /** Notes where each connected client is: it counts as known from now on. */
  noteConnected(): void {
    for (const loggedIn of this.#connected) this.#isAt(loggedIn, loggedIn.remote.host);
  }

  /** Stops accepting. */
  stop(): void {
    this.#stopping = true;
    this.#tunnels.stop();
    for (const listener of this.#options.listeners) listener.close();
  }

  async #accept(listener: Listener): Promise<void> {
    while (!this.#stopping) {
      try {
        const incoming = await listener.accept();
        this.#serve(incoming, listener.transport).catch(this.#options.events.acceptFailed);
      } catch (error) {
        if (this.#stopping) return;
        this.#options.events.acceptFailed(error);
        await new Promise((resolve) => setTimeout(resolve, ACCEPT_PAUSE));
      }
    }
  }

  async #serve(incoming: Incoming, transport: Transport): Promise<void> {
    const { remote } = incoming;
    const rejected = (error: unknown): void =>
      this.#options.events.rejected(remote.host, formatAddress(remote), endOf(error));
    let loggedIn: LoggedIn;
    try {
      const received = await this.#reception.receive(incoming);
      if (received === "elsewhere") return;
      const isServed = this.#options.serves?.(received.client.name, remote.host) ?? true;
      loggedIn = { ...received, remote, transport, isServed };
    } catch (error) {
      return rejected(error);
    }
    try {
      await this.#tunnels.admit(loggedIn);
    } catch (error) {
      abandon(incoming);
      return rejected(error);
    }
    const unfollow = transport === "quic" && this.#addresses.follow(incoming, (address) => {
      this.#tunnels.moved(loggedIn, address);
      this.#isAt(loggedIn, address.host);
    });
    this.#connected.add(loggedIn);
    try {
      await this.#tunnels.carry(loggedIn);
    } finally {
      this.#connected.delete(loggedIn);
      if (unfollow) unfollow();
      abandon(incoming);
      this.#isAt(loggedIn, loggedIn.remote.host);
    }
  }

  /** A client that is no longer configured gets no credit for where it is. */
  #isAt({ client: { name } }: LoggedIn, host: string): void {
    if (this.#options.knows(name)) this.#reception.isAt(name, host);
  }
}
