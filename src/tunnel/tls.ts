/**
 * TLS as the tunnel wants it: TLS 1.3 between two Deno ends, ALPN, and a client that trusts
 * exactly what its configuration names.
 *
 * Deno adds `caCerts` to a default store of public authorities. A pinned certificate must be the
 * only one that is accepted, so the default store is emptied through `DENO_TLS_CA_STORE`, which
 * Deno reads when the process dials its first TLS connection.
 */
import { abandon } from "./connection.ts";
import { ALPN } from "./handshake.ts";

/** A host and a TCP port. */
export interface Endpoint {
  host: string;
  port: number;
}

/** What makes a server's certificate acceptable. */
export type Trust =
  /** This certificate (PEM), by whatever name the server is reached. */
  | { kind: "pin"; certificate: string }
  /** A certificate for `name` issued by these authorities (PEM). */
  | { kind: "authority"; certificates: string; name: string }
  /** A certificate for `name` issued by an authority that the system trusts. */
  | { kind: "system"; name: string };

/** Sets the TCP options that Deno does not offer on the sockets of a local port. */
export type TuneSockets = (port: number) => void;

/**
 * Opens the listening socket; what it accepts inherits its options. `beside` another one of this
 * port needs Deno's --unstable-net.
 */
export function listenTls(
  endpoint: Endpoint,
  certificate: string,
  key: string,
  tune: TuneSockets,
  beside = false,
): Deno.TlsListener {
  const listener = Deno.listenTls({
    hostname: endpoint.host,
    port: endpoint.port,
    ...(beside && { reusePort: true }),
    cert: certificate,
    key,
    alpnProtocols: [ALPN],
  });
  tune((listener.addr as Deno.NetAddr).port);
  return listener;
}

/**
 * Sets the process's default trust; to be called before the first dial. Throws where the
 * environment makes Deno trust more than a pinned certificate.
 */
export function setDefaultTrust(trust: Trust): void {
  if (trust.kind === "pin" && Deno.env.get("DENO_CERT")) {
    throw new Error(
      'Cannot pin the server certificate: "DENO_CERT" adds an authority that Deno would trust too; unset it',
    );
  }
  Deno.env.set("DENO_TLS_CA_STORE", trust.kind === "system" ? "system" : "");
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
    const tls = await Deno.startTls(tcp, tlsOptions(trust));
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
  } finally {
    clearTimeout(timer);
  }
}

function tlsOptions(trust: Trust): Deno.StartTlsOptions {
  if (trust.kind === "pin") {
    return {
      // The name is not what is verified: only the pinned certificate itself is trusted at all.
      hostname: "pinned.invalid",
      caCerts: [trust.certificate],
      alpnProtocols: [ALPN],
      unsafelyDisableHostnameVerification: true,
    };
  }
  const caCerts = trust.kind === "authority" ? [trust.certificates] : [];
  return { hostname: trust.name, caCerts, alpnProtocols: [ALPN] };
}
