import type { Connection } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Transport } from "./transport_name.ts";

/** A connection between two threads, as it crosses to the other: plain data. */
export interface ReleasedConnection {
  /** The socket's descriptor, which all threads of a process share. */
  readonly number: number;
  readonly remote: Endpoint;
  /** What to present to it, both in PEM. */
  readonly shown: { readonly certificate: string; readonly key: string };
}

/** A peer that has connected; nothing else is known about it yet. */
export interface Incoming {
  /** Its address now: over QUIC it may change. */
  readonly remote: Endpoint;
  /** Whether the transport's handshake is already complete, so that `open` costs nothing. */
  readonly encrypted: boolean;
  /** Whether it has one of the last descriptors, which are reserved for other things. */
  readonly scarce: boolean;
  /**
   * Resolves when the peer has sent a hello that can be answered, to the ALPN names that it offered
   * before TLS. Throws what was wrong.
   */
  greeted(): Promise<readonly string[]>;
  /** Checks whether `greeted` is about to resolve. */
  hasSpoken(): boolean;
  /**
   * Completes the transport's handshake and checks the ALPN name. Throws the cause of a failure.
   */
  open(): Promise<Connection>;
  /** Called when the peer is authenticated, so that it may send what a tunnel carries. */
  proven?(): void;
  /** Gives the connection up to another thread, before `open`; not all transports can. */
  release?(): ReleasedConnection;
  /** Reports that there is no room, if that is still possible, and closes immediately. */
  refuse(): void;
  /** Closes immediately, in any state, and releases everything. */
  close(): void;
}

/** A certificate that a listener has begun to present. */
export interface Renewal {
  /** Releases the former certificate. */
  commit(): void;
  /** Presents the former certificate again. */
  cancel(): void;
}

/** Accepts connections. */
export interface Listener {
  readonly transport: Transport;
  readonly port: number;
  /** Returns the next connection; one call at a time. Rejects when the listener is closed. */
  accept(): Promise<Incoming>;
  /**
   * Begins to present another certificate to new connections. If that fails, throws and changes
   * nothing. One call at a time.
   */
  renew(certificate: string, key: string): Promise<Renewal>;
  /** Stops accepting; connections that were accepted continue. */
  close(): void;
}
