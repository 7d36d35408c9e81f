import { ALPN } from "../handshake.ts";
import type { Trust } from "./tls.ts";
import type { Endpoint } from "../transport/endpoint.ts";
import { TLS_NAME } from "./tls_identity.ts";

/**
 * SHA-256, in hexadecimal, of the certificate that a server over TLS claims to have; undefined if
 * the server is not a pppoe-proxy, or after `signal`. Verifies nothing and sends the server
 * nothing: this is a hint for people after a refusal. Costs 16 MB of memory once, because Deno's
 * own TLS does not expose certificates.
 */
export async function shownFingerprint(
  { host, port }: Endpoint,
  { certificates }: Trust,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { connect } = await import("node:tls");
  if (signal.aborted) return undefined;
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connect({
    host,
    port,
    servername: TLS_NAME,
    rejectUnauthorized: false,
    ca: [...certificates], // with no authority at all, Deno would refuse the connection
    ALPNProtocols: [ALPN],
    minVersion: "TLSv1.3",
  });
  const giveUp = (): void => resolve(undefined);
  signal.addEventListener("abort", giveUp);
  socket.on("error", giveUp);
  socket.on("close", giveUp);
  socket.on("secureConnect", () => {
    const name: unknown = socket.getPeerCertificate()?.subject?.CN;
    resolve(typeof name === "string" && /^[0-9a-f]{64}$/.test(name) ? name : undefined);
  });
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", giveUp);
    socket.destroy();
  }
}
