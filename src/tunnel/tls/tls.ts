/**
 * TLS for the tunnel: TLS 1.3 between two Deno ends, ALPN, and a client that trusts exactly the
 * certificates in its configuration (`tls_identity.ts`).
 *
 * Deno adds `caCerts` to a default store of public authorities, which `closeTrust` empties.
 */
import type { Endpoint } from "../transport/endpoint.ts";
import type { Route, RoutedConnection } from "../../../ffi/socket/routed_socket.ts";
import type { UdpDrops } from "../transport/udp_drops.ts";
import { DialledSocket } from "../../../ffi/socket/dialled_socket.ts";
import { nameCertificateError } from "../transport/certificate_error.ts";
import { abandon, type Connection } from "../transport/connection.ts";
import { Deadline } from "../transport/deadline.ts";
import { ALPN } from "../handshake.ts";
import { TlsAlert } from "./tls_alert.ts";
import { alertError, awaitTls13, nameRefusal } from "./tls_answer.ts";
import { TlsConnection } from "./tls_connection.ts";
import type { Resolve } from "../transport/address_race.ts";
import { connectTcp } from "../transport/tcp_connect.ts";
import { makeTlsIdentity, TLS_NAME, type TlsIdentity } from "./tls_identity.ts";

/** Which servers are accepted, whatever their address or name. */
export interface Trust {
  /** PEM; a server must have the key of the first certificate in one of these texts. */
  certificates: readonly string[];
}

/** Options of a connection attempt. */
export interface DialOptions {
  /** Aborts the attempt. */
  stop?: AbortSignal | undefined;
  /** Route of its packets; the kernel's own by default. */
  route?: Route;
  /** An additional ALPN name, which the server reads before TLS (`ticket.ts`). */
  ticket?: string | undefined;
  /** Counts the kernel's drops of its UDP socket, if it has one. */
  drops?: UdpDrops | undefined;
  /** Finds the addresses of a name; the system's resolver by default. */
  resolve?: Resolve | undefined;
  /** Called when the server's machine has answered, if that shows before the connection is up. */
  reached?: (() => void) | undefined;
}

/** Sets TCP options that Deno does not offer on the listening sockets of a local port. */
export type TuneListener = (port: number) => void;

/** Sets TCP options that Deno does not offer on a dialled socket, by its descriptor. */
export type TuneSocket = (number: number) => void;

/**
 * Opens a listening socket of Deno's; accepted connections inherit its options. The certificate
 * that it presents is signed with the given certificate's key, both in PEM.
 */
export function listenTls(
  endpoint: Endpoint,
  certificate: string,
  key: string,
  tune: TuneListener,
): Deno.TlsListener {
  const listener = listenAs(makeTlsIdentity(certificate, key), endpoint);
  tune((listener.addr as Deno.NetAddr).port);
  return listener;
}

/** Listens with a TLS identity, by default on a loopback port that the kernel chooses. */
export function listenAs(
  { certificate, key }: TlsIdentity,
  { host, port }: Endpoint = { host: "127.0.0.1", port: 0 },
): Deno.TlsListener {
  return Deno.listenTls({ hostname: host, port, cert: certificate, key, alpnProtocols: [ALPN] });
}

/**
 * Dials within `timeout` milliseconds or until `stop`, and verifies the server, which must choose
 * TLS 1.3. Throws the cause of a failure; the socket is closed then, in any state.
 */
export async function dialTls(
  endpoint: Endpoint,
  trust: Trust,
  timeout: number,
  tune: TuneSocket,
  { stop, route = {}, ticket, resolve, reached }: DialOptions = {},
): Promise<Connection> {
  using deadline = new Deadline(timeout, `No TLS connection within ${timeout} ms`, stop);
  const { signal } = deadline;
  let isConnected = false;
  try {
    const tcp = await connectTcp(endpoint, route, signal, resolve);
    isConnected = true;
    reached?.();
    const protocols = ticket === undefined ? [ALPN] : [ALPN, ticket];
    return await startTls(tcp, trust, protocols, tune, signal);
  } catch (error) {
    if (!signal.aborted) throw nameRefusal(nameCertificateError(error));
    if (stop?.aborted) throw signal.reason;
    if (!isConnected) throw error;
    throw new Deno.errors.TimedOut(`No TLS answer within ${timeout} ms`);
  }
}

async function startTls(
  { connection: tcp, number }: RoutedConnection,
  trust: Trust,
  alpnProtocols: string[],
  tune: TuneSocket,
  signal: AbortSignal,
): Promise<Connection> {
  const socket = new DialledSocket(number);
  const hangUp = (): void => socket.shutdown();
  signal.addEventListener("abort", hangUp);
  let connection: Deno.Conn = tcp;
  try {
    tune(number);
    socket.holdBack();
    const tls = connection = await Deno.startTls(tcp, {
      hostname: TLS_NAME,
      caCerts: [...trust.certificates],
      alpnProtocols,
    });
    await shakeHands(tls, socket, signal);
    return new TlsConnection(tls, socket, () => {
      socket.shutdown();
      abandon(tls);
    });
  } catch (error) {
    hangUp();
    abandon(connection);
    throw error;
  } finally {
    signal.removeEventListener("abort", hangUp);
  }
}

/** Runs the handshake. Deno reads nothing before the server has chosen TLS 1.3. */
async function shakeHands(
  tls: Deno.TlsConn,
  socket: DialledSocket,
  signal: AbortSignal,
): Promise<void> {
  const shaking = tls.handshake();
  shaking.catch(() => {}); // if the answer is refused, the handshake's failure is ignored
  await awaitTls13((into) => socket.peek(into), signal);
  socket.release();
  const { alpnProtocol } = await shaking;
  signal.throwIfAborted();
  if (alpnProtocol !== ALPN) throw alertError(TlsAlert.noApplicationProtocol);
}
