/**
 * QUIC for the tunnel (RFC 9000 and 9221): TLS 1.3 with the same ALPN name and the
 * same trust as over TCP.
 */
import { UdpSocket } from "../../../ffi/socket/udp_socket.ts";
import { isIP } from "node:net";
import type { Route } from "../../../ffi/socket/routed_socket.ts";
import { HandshakeError } from "../authenticate.ts";
import { raceAddresses } from "../transport/address_race.ts";
import { CertificateError, nameCertificateError } from "../transport/certificate_error.ts";
import { abandon, type Connection } from "../transport/connection.ts";
import { Deadline } from "../transport/deadline.ts";
import { ALPN } from "../handshake.ts";
import { QuicConnection } from "./quic_connection.ts";
import type { DialOptions, Trust } from "../tls/tls.ts";
import type { Endpoint } from "../transport/endpoint.ts";
import { alertError, nameRefusal } from "../tls/tls_answer.ts";
import { TlsAlert } from "../tls/tls_alert.ts";
import { TLS_NAME } from "../tls/tls_identity.ts";
import { widenBuffers } from "./quic_socket.ts";
import { UdpDrops } from "../transport/udp_drops.ts";

/**
 * Interval at which both ends probe an idle connection, in milliseconds. Deno closes it after 30 s
 * of silence. The tunnel's own keepalive is usually faster.
 */
const KEEP_ALIVE = 10_000;

/** A peer may open only the tunnel's one stream. BBR: loss alone does not slow it down. */
export const QUIC_OPTIONS = {
  keepAliveInterval: KEEP_ALIVE,
  maxConcurrentBidirectionalStreams: 1,
  maxConcurrentUnidirectionalStreams: 0,
  congestionControl: "low-latency",
} as const;

/** Throws if this Deno has no QUIC. */
export function requireQuic(): void {
  if (Deno.QuicEndpoint !== undefined) return;
  throw new Error(
    'Cannot use "tunnel.transport" "quic": this Deno runs without --unstable-net; add it, or use "tls"',
  );
}

/**
 * Dials within `timeout` milliseconds or until `stop`, and verifies the server. Throws the cause of
 * a failure; the socket is closed then, in any state.
 */
export async function dialQuic(
  { host, port }: Endpoint,
  trust: Trust,
  timeout: number,
  { stop, route = {}, drops = new UdpDrops(), resolve }: DialOptions = {},
): Promise<Connection> {
  requireQuic();
  using deadline = new Deadline(timeout, `No QUIC connection within ${timeout} ms`, stop);
  const { signal } = deadline;
  signal.throwIfAborted();
  return await raceAddresses<Connection>(
    host,
    {
      connect: (address, until) => dialAddress({ host: address, port }, trust, route, drops, until),
      discard: abandon,
      isAnswer: (error) => error instanceof CertificateError || error instanceof HandshakeError,
    },
    signal,
    resolve,
  );
}

/** Dials an IP address; throws the cause of a failure, or the signal's reason. */
async function dialAddress(
  endpoint: Endpoint,
  trust: Trust,
  route: Route,
  drops: UdpDrops,
  signal: AbortSignal,
): Promise<Connection> {
  // Without IPv6 in the kernel, only an IPv4 socket can be opened.
  const local = new Deno.QuicEndpoint({ hostname: isIP(endpoint.host) === 4 ? "0.0.0.0" : "::" });
  const socket = UdpSocket.find(local.addr.hostname, local.addr.port);
  widenBuffers(socket);
  const unfollow = socket && drops.follow(socket);
  const hangUp = (): void => {
    unfollow?.();
    local.close();
  };
  signal.addEventListener("abort", hangUp);
  try {
    if (socket === undefined) throw new Error("Cannot route QUIC: Deno's socket was not found");
    socket.route(route);
    const connection = await connect(local, endpoint, trust, hangUp);
    signal.throwIfAborted();
    return connection;
  } catch (error) {
    hangUp();
    throw signal.aborted ? signal.reason : nameRefusal(nameCertificateError(error));
  } finally {
    signal.removeEventListener("abort", hangUp);
  }
}

/** Connects from a dedicated socket; calls `ended` when the connection has ended. */
async function connect(
  local: Deno.QuicEndpoint,
  { host, port }: Endpoint,
  trust: Trust,
  ended: () => void,
): Promise<Connection> {
  const connection = await Deno.connectQuic({
    ...QUIC_OPTIONS,
    maxConcurrentBidirectionalStreams: 0,
    hostname: host,
    port,
    endpoint: local,
    alpnProtocols: [ALPN],
    serverName: TLS_NAME,
    caCerts: [...trust.certificates],
  });
  connection.closed.catch(() => {}).then(ended);
  if (connection.protocol !== ALPN) {
    throw alertError(TlsAlert.noApplicationProtocol);
  }
  return new QuicConnection(connection, await connection.createBidirectionalStream());
}
