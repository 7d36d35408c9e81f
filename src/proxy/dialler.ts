import {
  authenticateToServer,
  type ClientCredentials,
  HandshakeError,
} from "../tunnel/authenticate.ts";
import { abandon, type Connection } from "../tunnel/connection.ts";
import type { Endpoint, Trust, TuneSockets } from "../tunnel/tls.ts";
import { dial, type Transport } from "../tunnel/transport.ts";

/** What a client needs to reach a server. */
export interface DiallerOptions {
  /** What carries the tunnel. */
  transport: Transport;
  /** Which servers are accepted. */
  trust: Trust;
  tune: TuneSockets;
  credentials: ClientCredentials;
  now: () => number;
}

/**
 * A connection to a server that both ends have proved themselves on, within `timeout` milliseconds
 * for transport, TLS and authentication together; throws what went wrong.
 */
export async function dialServer(
  server: Endpoint,
  timeout: number,
  { transport, trust, tune, credentials, now }: DiallerOptions,
): Promise<Connection> {
  const began = now();
  const connection = await dial(transport, server, trust, timeout, tune);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    abandon(connection);
  }, Math.max(1, timeout - (now() - began)));
  try {
    await authenticateToServer(connection, credentials);
    return connection;
  } catch (error) {
    abandon(connection);
    if (!late) throw error;
    throw new HandshakeError({ reason: "handshake-timeout", by: "us", detail: "" });
  } finally {
    clearTimeout(timer);
  }
}
