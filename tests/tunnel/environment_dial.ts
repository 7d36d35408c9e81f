/** Dials a server over TLS and QUIC; started by environment_test.ts. */
import { ALPN } from "../../src/tunnel/handshake.ts";
import { dial } from "../../src/tunnel/transport.ts";
import { checkTlsEnvironment, closeTrust } from "../../src/tunnel/tls/trust_environment.ts";

const [cert, key, pin] = Deno.args.slice(0, 3).map((file) => Deno.readTextFileSync(file));
const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
const dialled = async (transport: "tls" | "quic", port: number): Promise<void> => {
  const trust = { certificates: [pin] };
  try {
    await dial(transport, { host: "127.0.0.1", port }, trust, 5_000, () => {});
    say(`${transport} accepted`);
  } catch (error) {
    say(`${transport} refused: ${error}`);
  }
};
try {
  if (Deno.args[3] !== "open") {
    say(`ignored ${closeTrust().join(" ")}`);
    checkTlsEnvironment();
  }
  const tls = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key, alpnProtocols: [ALPN] });
  tls.accept().then((connection) => connection.handshake()).catch(() => {});
  await dialled("tls", tls.addr.port);
  const quic = new Deno.QuicEndpoint({ hostname: "127.0.0.1", port: 0 });
  const listener = quic.listen({ cert, key, alpnProtocols: [ALPN] });
  listener.incoming().then((incoming) => incoming.accept()).catch(() => {});
  await dialled("quic", quic.addr.port);
} catch (error) {
  say(String(error));
}
Deno.exit(0);
