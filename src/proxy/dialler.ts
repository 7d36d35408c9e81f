import type { Route } from "../../ffi/routed_socket.ts";
import {
  authenticateToServer,
  type ClientCredentials,
  HandshakeError,
} from "../tunnel/authenticate.ts";
import { CertificateError } from "../tunnel/certificate_error.ts";
import { abandon, type Connection } from "../tunnel/connection.ts";
import { Deadline } from "../tunnel/deadline.ts";
import { shownFingerprint } from "../tunnel/shown_certificate.ts";
import type { Endpoint, Trust, TuneSockets } from "../tunnel/tls.ts";
import { dial, type Transport } from "../tunnel/transport.ts";
import type { UdpDrops } from "../tunnel/udp_drops.ts";

/** Settings of a client's dialling that can change while it runs: a snapshot. */
export interface DialSettings {
  /** Which servers are accepted. */
  readonly trust: Trust;
  /** How the tunnel's packets leave. */
  readonly route: Route;
  readonly credentials: ClientCredentials;
}

/** What a client needs to reach a server. */
export interface DiallerOptions {
  /** What carries the tunnel. */
  transport: Transport;
  tune: TuneSockets;
  /** Makes the ticket of an attempt; without one a client is as good as a stranger before login. */
  ticket?: () => string;
  /** Counts what the kernel drops of UDP sockets. */
  drops?: UdpDrops;
  now: () => number;
}

/**
 * A connection to a server that both ends have proved themselves on, within `timeout` milliseconds
 * for transport, TLS and authentication together, or until `stop`. Throws what went wrong, or the
 * reason of `stop`.
 */
export async function dialServer(
  server: Endpoint,
  timeout: number,
  { transport, trust, tune, route, credentials, ticket, drops, now }: DiallerOptions & DialSettings,
  stop?: AbortSignal,
): Promise<Connection> {
  const began = now();
  const how = { stop, route, ticket: ticket?.(), drops };
  const connection = await dial(transport, server, trust, timeout, tune, how);
  const rest = Math.max(1, timeout - (now() - began));
  using deadline = new Deadline(rest, `No login within ${timeout} ms`, stop);
  const { signal } = deadline;
  const hangUp = (): void => abandon(connection);
  signal.addEventListener("abort", hangUp);
  try {
    await authenticateToServer(connection, credentials);
    signal.throwIfAborted();
    return connection;
  } catch (error) {
    hangUp();
    if (stop?.aborted) throw stop.reason;
    if (!signal.aborted) throw error;
    throw new HandshakeError({ reason: "handshake-timeout", by: "us", detail: "" });
  } finally {
    signal.removeEventListener("abort", hangUp);
  }
}

/** Milliseconds between two looks at what a server shows, which cost it a connection. */
const LOOK_AGAIN = 600_000;
/** Milliseconds for a look. */
const LOOK_TIMEOUT = 3_000;

/** Says which certificate was expected of a server that was refused, and which one it has. */
export class CertificateAdvice {
  #options: Pick<DiallerOptions, "transport" | "now">;
  #looked = new Map<string, number>();

  constructor(options: Pick<DiallerOptions, "transport" | "now">) {
    this.#options = options;
  }

  /** What was thrown, or where it is a CertificateError, one that has both SHA-256. */
  async explain(
    error: unknown,
    server: Endpoint,
    { trust, credentials, route }: DialSettings,
    stop?: AbortSignal,
  ): Promise<unknown> {
    if (!(error instanceof CertificateError)) return error;
    const pinned = credentials.pins.map((pin) => pin.toHex()).join(" or ");
    // A look would leave by the machine's own route, and may reach another server.
    const isRouted = route.interface !== undefined || route.mark !== undefined;
    const shown = isRouted ? undefined : await this.#look(server, trust, stop);
    const answers = shown === undefined ? "" : `, the server's is ${shown} by its own words`;
    const detail = `${error.message}; SHA-256 pinned is ${pinned}${answers}`;
    return new HandshakeError({ reason: "not-authenticated", by: "us", detail });
  }

  async #look(
    server: Endpoint,
    trust: Trust,
    stop?: AbortSignal,
  ): Promise<string | undefined> {
    const { transport, now } = this.#options;
    const key = `${server.host} ${server.port}`;
    const last = this.#looked.get(key);
    if (transport !== "tls" || (last !== undefined && now() - last < LOOK_AGAIN)) return undefined;
    this.#looked.set(key, now());
    using deadline = new Deadline(LOOK_TIMEOUT, "No certificate seen in time", stop);
    return await shownFingerprint(server, trust, deadline.signal).catch(() => undefined);
  }
}
