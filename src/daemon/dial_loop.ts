import { formatAddress } from "../config/addresses.ts";
import { endOf } from "../tunnel/authenticate.ts";
import type { TunnelEnd } from "../tunnel/close_reason.ts";
import { abandon, type Connection } from "../tunnel/transport/connection.ts";
import type { Violation } from "../tunnel/record/record.ts";
import type { RecordBuffer } from "../tunnel/record/record_reader.ts";
import type { Endpoint } from "../tunnel/transport/endpoint.ts";
import { type KeepaliveOptions, Tunnel, TUNNEL_BUFFER } from "../tunnel/tunnel.ts";
import type { PollLoop } from "../tunnel/turn.ts";
import { Backoff, type BackoffOptions } from "./backoff.ts";
import { CertificateAdvice, type DiallerOptions, dialServer, type DialSettings } from "./dial.ts";
import type { Proxy } from "../proxy/proxy.ts";
import { Failover, type FailoverOptions } from "./failover.ts";
import type { Peer } from "../proxy/session/session.ts";

/** Maximum delay and timeout of attempts while sessions are held, in milliseconds. */
const HELD_RETRY = { delay: 2_000, timeout: 5_000 };
/** Time to close the tunnel to a server that is left for a preferred one, in milliseconds. */
const CLOSE_GRACE = 1_000;

/** Settings of a client that can change at run time: a snapshot. */
export interface ClientSettings extends DialSettings {
  readonly choice: FailoverOptions;
  readonly keepalive: KeepaliveOptions;
  readonly reconnect: BackoffOptions;
  /** Limit for transport, TLS and authentication together, in milliseconds. */
  readonly connectTimeout: number;
}

/** Dependencies of a client. */
export interface ClientOptions extends DiallerOptions {
  proxy: Proxy;
  /** Servers in order of preference. */
  servers: readonly Endpoint[];
  settings: ClientSettings;
  buffer: (size: number) => RecordBuffer;
  pollLoop: PollLoop;
  /** Returns numbers in [0, 1). */
  random: () => number;
  events: ClientEvents;
}

/** Events of a client's tunnel. */
export interface ClientEvents {
  connected(server: string): void;
  /** The tunnel or the attempt to set it up has ended; the next attempt starts in `delay` ms. */
  disconnected(server: string, end: TunnelEnd, delay: number): void;
}

/** An authenticated connection, ready for a tunnel. */
interface Dialled {
  server: number;
  connection: Connection;
}

/**
 * Keeps one tunnel up:
 *
 *     dialling ──authenticated──▶ up ──ended──▶ waiting ──▶ dialling
 *       │  ▲                      │ ▲                          stop() ends any of them,
 *       │  └──────failed: waiting─┘ └─a preferred server's      retry() ends waiting
 *       └───────────────────────▶     connection takes over
 */
export class Client {
  #options: ClientOptions;
  #settings: ClientSettings;
  #backoff: Backoff;
  #choice: Failover;
  #peer: Peer | undefined;
  #stopping = false;
  #wake = Promise.withResolvers<void>();
  #advice: CertificateAdvice;
  /** Aborts dialling at `stop()`. */
  #halt = new AbortController();

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#backoff = new Backoff(this.#settings.reconnect, options.random);
    this.#advice = new CertificateAdvice(options);
    this.#choice = new Failover(options.servers.length, this.#settings.choice);
  }

  /** Applies new settings: keepalive to the current tunnel, the others to the next attempt. */
  reconfigure(settings: ClientSettings): void {
    this.#settings = settings;
    this.#backoff.reconfigure(settings.reconnect);
    this.#choice.reconfigure(settings.choice);
    this.#peer?.tunnel?.reconfigure(settings.keepalive);
  }

  /** The server whose tunnel is up. */
  get peer(): Peer | undefined {
    return this.#peer;
  }

  /** Dials and runs tunnels until `stop()`. */
  async run(): Promise<void> {
    let better: Dialled | undefined;
    while (!this.#stopping) {
      const began = this.#options.now();
      const server = better?.server ?? this.#choice.next(began);
      const { end, wasUp, next } = await this.#once(server, better?.connection);
      if (this.#stopping) return next && abandon(next.connection);
      better = next;
      if (better !== undefined) continue;
      const delay = this.#delay(wasUp ? this.#options.now() - began : 0);
      this.#options.events.disconnected(this.#name(server), end, delay);
      await this.#wait(delay);
    }
  }

  /** Ends the wait for the next attempt. */
  retry(): void {
    this.#wake.resolve();
  }

  /** Makes no further attempts; a tunnel that is up continues until it is closed. */
  stop(): void {
    this.#stopping = true;
    this.#wake.resolve();
    this.#halt.abort(new Deno.errors.Interrupted("Stopped"));
  }

  /** Makes one attempt and runs the resulting tunnel. */
  async #once(
    server: number,
    ready: Connection | undefined,
  ): Promise<{ end: TunnelEnd; wasUp: boolean; next?: Dialled | undefined }> {
    let connection: Connection;
    try {
      connection = ready ?? await this.#dial(server);
    } catch (error) {
      const { servers } = this.#options;
      const explained = await this.#advice.explain(
        error,
        servers[server],
        this.#settings,
        this.#halt.signal,
      );
      return { end: endOf(explained), wasUp: false };
    }
    const tunnel = this.#tunnel(connection);
    const { proxy, now, events } = this.#options;
    const { peer, sink } = proxy.join(this.#name(server), tunnel);
    this.#peer = peer;
    this.#choice.connected(server);
    proxy.endOthers(peer);
    events.connected(peer.name);
    const search = this.#findBetter(server, tunnel);
    const end = await tunnel.run(sink);
    search.stop();
    this.#peer = undefined;
    this.#forgetSurplus(peer, end);
    this.#choice.lost(now(), peer.sessions > 0);
    proxy.leave(peer, tunnel);
    return { end, wasUp: true, next: await search.found };
  }

  /** Ends all sessions if the server refused them as too many: it would refuse the list again. */
  #forgetSurplus(peer: Peer, { by, detail }: TunnelEnd): void {
    const refused: Violation = "sessions-too-many";
    if (by !== "peer" || detail !== refused) return;
    this.#options.proxy.sessions.closeAll(peer, "not-resumed", { wire: true, tunnel: false });
  }

  #tunnel(connection: Connection): Tunnel {
    const { buffer, now, pollLoop } = this.#options;
    const { keepalive } = this.#settings;
    return new Tunnel({ connection, buffer: buffer(TUNNEL_BUFFER), keepalive, now, pollLoop });
  }

  #dial(server: number): Promise<Connection> {
    const { servers } = this.#options;
    const { connectTimeout } = this.#settings;
    const timeout = this.#holds() ? Math.min(HELD_RETRY.timeout, connectTimeout) : connectTimeout;
    const how = { ...this.#options, ...this.#settings };
    return dialServer(servers[server], timeout, how, this.#halt.signal);
  }

  /** Tries preferred servers while a tunnel is up; closes it when one answers. */
  #findBetter(
    server: number,
    tunnel: Tunnel,
  ): { found: Promise<Dialled | undefined>; stop: () => void } {
    const better = this.#choice.better(server);
    if (better === undefined) return { found: Promise.resolve(undefined), stop: () => {} };
    let stopped = false;
    const over = Promise.withResolvers<Dialled | undefined>();
    const look = async (): Promise<void> => {
      for (const index of better.servers) {
        const connection = await this.#dial(index).catch(() => undefined);
        if (connection === undefined) continue;
        if (stopped) return abandon(connection);
        over.resolve({ server: index, connection });
        return this.#leaveFor(tunnel);
      }
      if (!stopped) timer = setTimeout(look, better.after);
    };
    let timer = setTimeout(look, better.after);
    const stop = (): void => {
      stopped = true;
      clearTimeout(timer);
      over.resolve(undefined);
    };
    return { found: over.promise, stop };
  }

  /** Ends all sessions on both sides, as they belong to the AC of the server that is left. */
  async #leaveFor(tunnel: Tunnel): Promise<void> {
    const { proxy } = this.#options;
    if (this.#peer?.tunnel === tunnel) {
      proxy.sessions.closeAll(this.#peer, "server-changed", { wire: true, tunnel: true });
    }
    await tunnel.close("moved", "", CLOSE_GRACE);
  }

  #name(server: number): string {
    return formatAddress(this.#options.servers[server]);
  }

  #holds(): boolean {
    return this.#peer === undefined && this.#options.proxy.peers.size > 0;
  }

  #delay(lasted: number): number {
    const delay = this.#backoff.next(lasted);
    return this.#holds() ? Math.min(HELD_RETRY.delay, delay) : delay;
  }

  async #wait(delay: number): Promise<void> {
    const timer = setTimeout(this.#wake.resolve, delay);
    await this.#wake.promise;
    clearTimeout(timer);
    this.#wake = Promise.withResolvers();
  }
}
