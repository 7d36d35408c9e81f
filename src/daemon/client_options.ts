import type { TransportConfig } from "../config/types.ts";
import type { TunnelEnd } from "../tunnel/close_reason.ts";
import type { RecordBuffer } from "../tunnel/record/record_reader.ts";
import type { Transport } from "../tunnel/transport.ts";
import type { Endpoint } from "../tunnel/transport/endpoint.ts";
import type { KeepaliveOptions } from "../tunnel/tunnel.ts";
import type { PollLoop } from "../tunnel/turn.ts";
import type { BackoffOptions } from "./backoff.ts";
import type { DiallerOptions, DialSettings } from "./dial.ts";
import type { Proxy } from "../proxy/proxy.ts";
import type { FailoverOptions } from "./failover.ts";

/** Settings of a client that can change at run time: a snapshot. */
export interface ClientSettings extends DialSettings {
  readonly choice: FailoverOptions;
  readonly keepalive: KeepaliveOptions;
  readonly reconnect: BackoffOptions;
  /** Limit for transport, TLS and authentication together, in milliseconds. */
  readonly connectTimeout: number;
}

/** Dependencies of a client. */
export interface ClientOptions extends Omit<DiallerOptions, "transport"> {
  proxy: Proxy;
  transport: TransportConfig;
  /** Servers in order of preference. */
  servers: readonly Endpoint[];
  settings: ClientSettings;
  buffer: (size: number) => RecordBuffer;
  pollLoop: PollLoop;
  /** Whether the tunnel's path decides about its congestion control. */
  suitsPath: () => boolean;
  /** Returns numbers in [0, 1). */
  random: () => number;
  events: ClientEvents;
}

/** Events of a client's tunnel. */
export interface ClientEvents {
  /** A tunnel is up; `detail` says why it is not over the preferred transport, if so. */
  connected(server: string, transport: Transport, detail: string): void;
  /**
   * The tunnel has ended; `held` sessions wait for the next one. The next attempt starts in `delay`
   * ms, if there is to be one.
   */
  disconnected(server: string, end: TunnelEnd, held: number, delay?: number): void;
  /** An attempt to set a tunnel up has failed; the next starts in `delay` ms. */
  failed(server: string, end: TunnelEnd, delay: number): void;
  /**
   * Nothing has come through the tunnel for `silence` ms amid traffic, so that the client looks for
   * another connection; with undefined, something has come after all.
   */
  silent(server: string, silence: number | undefined): void;
  /** The tunnel's path has become longer, so that the client makes a new connection. */
  lengthened(server: string, roundTrip: number): void;
}
