import type { Connection } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";

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
