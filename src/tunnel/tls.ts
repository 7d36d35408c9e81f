/**
 * TLS as the tunnel wants it: TLS 1.3 between two Deno ends, ALPN, and a client that trusts
 * exactly the certificates that its configuration names (`tls_identity.ts`).
 *
 * Deno adds `caCerts` to a default store of public authorities, which `closeTrust` empties.
 */
import { nameCertificateError } from "./certificate_error.ts";
import { abandon } from "./connection.ts";
import { ALPN } from "./handshake.ts";
import { makeTlsIdentity, TLS_NAME } from "./tls_identity.ts";

/** A host and a TCP port. */
export interface Endpoint {
  host: string;
  port: number;
}

/** Which servers are accepted, by whatever name they are reached. */
export interface Trust {
  /** PEM; a server must have the private key of one of these, each the first of its text. */
  certificates: readonly string[];
}

/** Sets the TCP options that Deno does not offer on the sockets of a local port. */
export type TuneSockets = (port: number) => void;

/**
 * Opens the listening socket; what it accepts inherits its options. What it shows is signed by
 * this certificate's key, both in PEM. `beside` another one of this port needs Deno's
 * --unstable-net.
 */
export function listenTls(
  endpoint: Endpoint,
  certificate: string,
  key: string,
  tune: TuneSockets,
  beside = false,
): Deno.TlsListener {
  const shown = makeTlsIdentity(certificate, key);
  const listener = Deno.listenTls({
    hostname: endpoint.host,
    port: endpoint.port,
    ...(beside && { reusePort: true }),
    cert: shown.certificate,
    key: shown.key,
    alpnProtocols: [ALPN],
  });
  tune((listener.addr as Deno.NetAddr).port);
  return listener;
}

/** Dials, within `timeout` milliseconds, and verifies the server; throws what went wrong. */
export async function dialTls(
  endpoint: Endpoint,
  trust: Trust,
  timeout: number,
  tune: TuneSockets,
): Promise<Deno.TlsConn> {
  const expired = Promise.withResolvers<never>();
  let connection: Deno.Conn | undefined;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    if (connection !== undefined) abandon(connection);
    expired.reject(new Deno.errors.TimedOut(`No TLS connection within ${timeout} ms`));
  }, timeout);
  const dial = async (): Promise<Deno.TlsConn> => {
    const tcp = await Deno.connect({ hostname: endpoint.host, port: endpoint.port });
    connection = tcp;
    if (late) abandon(tcp);
    tune((tcp.localAddr as Deno.NetAddr).port);
    const tls = await Deno.startTls(tcp, {
      hostname: TLS_NAME,
      caCerts: [...trust.certificates],
      alpnProtocols: [ALPN],
    });
    connection = tls;
    const { alpnProtocol } = await tls.handshake();
    if (alpnProtocol !== ALPN) {
      abandon(tls);
      throw new Deno.errors.InvalidData(`The server does not speak "${ALPN}"`);
    }
    return tls;
  };
  const dialing = dial();
  dialing.catch(() => {}); // when the timer has won, this failure is no longer news
  try {
    return await Promise.race([dialing, expired.promise]);
  } catch (error) {
    throw nameCertificateError(error);
  } finally {
    clearTimeout(timer);
  }
}
