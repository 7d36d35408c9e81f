/** Dials a pinned certificate that another one answers for; started by tls_test.ts. */
import { dialTls, listenTls, setDefaultTrust } from "../../src/tunnel/tls.ts";

const [certificate, key, pin] = Deno.args.map((file) => Deno.readTextFileSync(file));
const endpoint = { host: "127.0.0.1", port: 0 };
using listener = listenTls(endpoint, certificate, key, (port) => void (endpoint.port = port));
const trust = { kind: "pin", certificate: pin } as const;
try {
  setDefaultTrust(trust);
  const serving = listener.accept().then(async (connection) => {
    await connection.handshake().catch(() => {});
    return connection;
  });
  const connection = await dialTls(endpoint, trust, 5_000, () => {});
  await Deno.stdout.write(new TextEncoder().encode("accepted"));
  connection.close();
  (await serving).close();
  Deno.exit(0);
} catch (error) {
  await Deno.stdout.write(new TextEncoder().encode(String(error)));
  Deno.exit(1);
}
