/** What carries a tunnel, by the word that the configuration has for it. */
import type { Connection } from "./connection.ts";
import { dialQuic } from "./quic.ts";
import { QuicListener, type QuicListenOptions } from "./quic_listener.ts";
import { type DialOptions, dialTls, type Endpoint, type Trust, type TuneSockets } from "./tls.ts";
import { TlsListener } from "./tls_listener.ts";

/** "tls": TLS over TCP. "quic": QUIC with datagrams, experimental. */
export type Transport = "tls" | "quic";

/** A peer that has connected, of which nothing else is known yet. */
export interface Incoming {
  readonly remote: Endpoint;
  /** Whether the transport's handshake is over already, so that `open` costs nothing. */
  readonly encrypted: boolean;
  /** Whether it has one of the last descriptors, which are for other things. */
  readonly scarce: boolean;
  /**
   * Resolves when the peer has said hello in a way that can be answered, with the ALPN names that it
   * has shown before TLS; throws what was wrong.
   */
  greeted(): Promise<readonly string[]>;
  /** Looks whether `greeted` is about to resolve. */
  hasSpoken(): boolean;
  /** Finishes the transport's handshake and checks the ALPN name; throws what went wrong. */
  open(): Promise<Connection>;
  /** The peer has proved who it is, so that it may send what a tunnel carries. */
  proven?(): void;
  /** Says that there is no room, where that can still be said, and hangs up at once. */
  refuse(): void;
  /** Hangs up at once, whatever is under way: nothing of it stays. */
  close(): void;
}

/** A certificate that a listener has begun to show. */
export interface Renewal {
  /** The former one is of no more use. */
  commit(): void;
  /** Shows the former one again. */
  cancel(): void;
}

/** Takes connections. */
export interface Listener {
  readonly port: number;
  /** The next one; one call at a time. Rejects when the listener is closed. */
  accept(): Promise<Incoming>;
  /**
   * Begins to show another certificate to new connections. Throws where it cannot, and nothing has
   * changed then. One at a time.
   */
  renew(certificate: string, key: string): Promise<Renewal>;
  /** Takes no further ones; those that were accepted go on. */
  close(): void;
}

/**
 * Opens the listening socket; `tune` is called with a TCP port, and what `options` name is for QUIC.
 */
export function listen(
  transport: Transport,
  endpoint: Endpoint,
  certificate: string,
  key: string,
  tune: TuneSockets,
  options: QuicListenOptions = {},
): Listener {
  return transport === "quic"
    ? new QuicListener(endpoint, certificate, key, options)
    : new TlsListener(endpoint, certificate, key, tune);
}

/**
 * Dials, within `timeout` milliseconds or until `options.stop`, and verifies the server. Throws what
 * went wrong, or the reason of `stop`.
 */
export function dial(
  transport: Transport,
  endpoint: Endpoint,
  trust: Trust,
  timeout: number,
  tune: TuneSockets,
  options: DialOptions = {},
): Promise<Connection> {
  return transport === "quic"
    ? dialQuic(endpoint, trust, timeout, options)
    : dialTls(endpoint, trust, timeout, tune, options);
}
