import { assert, assertEquals } from "@std/assert";
import { parseCertificate } from "../../src/config/files/certificate.ts";
import { CertificateAdvice } from "../../src/daemon/dial.ts";
import { HandshakeError } from "../../src/tunnel/authenticate.ts";
import { CertificateError } from "../../src/tunnel/transport/certificate_error.ts";
import { makeTlsIdentity } from "../../src/tunnel/tls/tls_identity.ts";
import { closeTrust } from "../../src/tunnel/tls/trust_environment.ts";
import { issue } from "../tunnel/authority.ts";

closeTrust();

Deno.test("every attempt names both certificates, and the server is asked for its own once in 10 minutes", async () => {
  const { certificate, key } = await issue();
  const sha256 = parseCertificate(certificate, "").fingerprint.toHex();
  const { certificate: cert, key: tlsKey } = makeTlsIdentity(certificate, key);
  using listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key: tlsKey });
  let asked = 0;
  (async () => {
    for await (const connection of listener) {
      asked++;
      await connection.handshake().catch(() => {});
      connection.close();
    }
  })();
  let now = 0;
  const advice = new CertificateAdvice({ transport: "tls", now: () => now });
  const settings = {
    credentials: { name: "a", secret: new Uint8Array(32), pins: [new Uint8Array(32).fill(1)] },
    trust: { certificates: [(await issue()).certificate] },
    route: {},
  };
  const server = { host: "127.0.0.1", port: listener.addr.port };
  const explained = async (): Promise<string> => {
    const error = await advice.explain(new CertificateError("not pinned"), server, settings);
    assert(error instanceof HandshakeError);
    return error.end.detail;
  };
  const words = "the server does not have the key of a pinned certificate (not pinned); " +
    `pinned SHA-256: ${"01".repeat(32)}, the server reports ${sha256} (not verified)`;
  assertEquals([await explained(), await explained(), asked], [words, words, 1]);
  now = 600_000;
  assertEquals([await explained(), asked], [words, 2]);
});
