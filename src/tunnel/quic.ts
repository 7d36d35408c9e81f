/**
 * QUIC as the tunnel wants it (experimental, RFC 9000 and 9221): TLS 1.3 with the same ALPN name
 * and the same trust as over TCP.
 *
 * Deno always verifies a name, so a pinned certificate is dialled by a name of its own. As with
 * TLS, `setDefaultTrust` empties the default store, so that nothing else is trusted.
 */
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { Connection } from "./connection.ts";
import { ALPN } from "./handshake.ts";
import { QuicConnection } from "./quic_connection.ts";
import type { Endpoint, Trust } from "./tls.ts";

/**
 * Both ends probe an idle connection so often; Deno gives it up after 30 s of silence. The
 * tunnel's own keepalive is usually faster. Milliseconds.
 */
const KEEP_ALIVE = 10_000;

/** A peer may open the tunnel's one stream and no other. BBR: loss alone does not slow it down. */
export const QUIC_OPTIONS = {
  keepAliveInterval: KEEP_ALIVE,
  maxConcurrentBidirectionalStreams: 1,
  maxConcurrentUnidirectionalStreams: 0,
  congestionControl: "low-latency",
} as const;

/** Throws where this Deno has no QUIC. */
export function requireQuic(): void {
  if (Deno.QuicEndpoint !== undefined) return;
  throw new Error(
    'Cannot use "tunnel.transport" "quic": this Deno runs without --unstable-net; add it, or use "tls"',
  );
}

/** A name that a certificate (PEM) is for; throws where it has none, as Deno could not verify it. */
export function certificateName(pem: string): string {
  const names = new X509Certificate(pem).subjectAltName ?? "";
  const [, name] = /(?:^|, )(?:DNS|IP Address):([^,]+)/.exec(names) ?? [];
  if (name === undefined) {
    throw new Error(
      'Cannot pin the server certificate with "tunnel.transport" "quic": it names no host in its subjectAltName, and Deno\'s QUIC verifies a name always; make one with `pppoe-proxy keygen certificate --name NAME`, or use "tls"',
    );
  }
  return name.replace(/^\*/, "pinned"); // a wildcard stands for any one label (RFC 9525 section 6.3)
}

/** Dials, within `timeout` milliseconds, and verifies the server; throws what went wrong. */
export async function dialQuic(
  endpoint: Endpoint,
  trust: Trust,
  timeout: number,
): Promise<Connection> {
  requireQuic();
  // Without IPv6 in the kernel, only an IPv4 socket can be had.
  const local = new Deno.QuicEndpoint({ hostname: isIP(endpoint.host) === 4 ? "0.0.0.0" : "::" });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    local.close();
  }, timeout);
  try {
    return await connect(local, endpoint, trust);
  } catch (error) {
    local.close();
    throw late ? new Deno.errors.TimedOut(`No QUIC connection within ${timeout} ms`) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Connects from a socket of its own, which is closed with the connection. */
async function connect(
  local: Deno.QuicEndpoint,
  { host, port }: Endpoint,
  trust: Trust,
): Promise<Connection> {
  const connection = await Deno.connectQuic({
    ...QUIC_OPTIONS,
    maxConcurrentBidirectionalStreams: 0,
    hostname: host,
    port,
    endpoint: local,
    alpnProtocols: [ALPN],
    ...verification(trust),
  });
  connection.closed.catch(() => {}).then(() => local.close());
  if (connection.protocol !== ALPN) {
    throw new Deno.errors.InvalidData(`The server does not speak "${ALPN}"`);
  }
  return new QuicConnection(connection, await connection.createBidirectionalStream());
}

function verification(trust: Trust): { serverName: string; caCerts: string[] } {
  if (trust.kind === "pin") {
    return { serverName: certificateName(trust.certificate), caCerts: [trust.certificate] };
  }
  const caCerts = trust.kind === "authority" ? [trust.certificates] : [];
  return { serverName: trust.name, caCerts };
}
