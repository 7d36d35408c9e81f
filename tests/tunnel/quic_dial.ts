/** Dials a pinned certificate over QUIC that another one answers for; started by quic_test.ts. */
import { dialQuic } from "../../src/tunnel/quic.ts";
import { QuicListener } from "../../src/tunnel/quic_listener.ts";
import { setDefaultTrust, type Trust } from "../../src/tunnel/tls.ts";

const [certificate, key, pin] = Deno.args.slice(0, 3).map((file) => Deno.readTextFileSync(file));
const name = Deno.args[3];
const trust: Trust = name === undefined
  ? { kind: "pin", certificate: pin }
  : { kind: "authority", certificates: pin, name };
try {
  setDefaultTrust(trust);
  const listener = new QuicListener({ host: "127.0.0.1", port: 0 }, certificate, key);
  await dialQuic({ host: "127.0.0.1", port: listener.port }, trust, 5_000);
  await Deno.stdout.write(new TextEncoder().encode("accepted"));
  Deno.exit(0);
} catch (error) {
  await Deno.stdout.write(new TextEncoder().encode(String(error)));
  Deno.exit(1);
}
