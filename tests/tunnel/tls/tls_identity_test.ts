import { assertEquals, assertThrows } from "@std/assert";
import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { derValues, encodeDer, sequence, Tag } from "../../../src/tunnel/tls/der.ts";
import { dialTls, listenTls } from "../../../src/tunnel/tls/tls.ts";
import { makeTlsIdentity, TLS_NAME } from "../../../src/tunnel/tls/tls_identity.ts";
import { closeTrust } from "../../../src/tunnel/tls/trust_environment.ts";
import { runCommand } from "../../lab/process.ts";
import { needing } from "../../needs.ts";
import { issue } from "../authority.ts";

closeTrust();

/** Types of keys, with the OpenSSL commands that make them. */
const SUPPORTED: Record<string, string[]> = {
  "P-256, PKCS #8": ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
  "P-256, SEC 1": ["ecparam", "-name", "prime256v1", "-genkey"],
  "P-384": ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
  "RSA, PKCS #1": ["genrsa", "-traditional"],
  "RSA, PKCS #8": ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"],
  "Ed25519": ["genpkey", "-algorithm", "ED25519"],
};

const UNSUPPORTED: Record<string, string[]> = {
  "P-521": ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
  "secp256k1": ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"],
  "RSA of 1024 bits": ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"],
  "Ed448": ["genpkey", "-algorithm", "ED448"],
};

/** A self-signed certificate and its key, as OpenSSL writes them. */
async function makePair(options: string[], subject = "/CN=server"): Promise<[string, string]> {
  const folder = await Deno.makeTempDir();
  try {
    const [key, certificate] = [`${folder}/key`, `${folder}/crt`];
    await runCommand("openssl", ...options, "-out", key);
    await runCommand(
      ...["openssl", "req", "-x509", "-new", "-key", key, "-subj", subject, "-out", certificate],
      ...["-days", "9", "-addext", "basicConstraints=critical,CA:FALSE"],
    );
    return [await Deno.readTextFile(certificate), await Deno.readTextFile(key)];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function dialAndClose(certificate: string, key: string): Promise<void> {
  using listener = listenTls({ host: "127.0.0.1", port: 0 }, certificate, key, () => {});
  const serving = listener.accept().then(async (connection) => {
    await connection.handshake().catch(() => {});
    connection.close();
  });
  const { port } = listener.addr as Deno.NetAddr;
  const trust = { certificates: [certificate] };
  const connection = await dialTls({ host: "127.0.0.1", port }, trust, 5_000, () => {});
  connection.close();
  await serving;
}

for (const [kind, options] of Object.entries(SUPPORTED)) {
  Deno.test(needing(["openssl"], {
    name: `a server with a key of type ${kind} is accepted`,
    fn: async () => await dialAndClose(...await makePair(options)),
  }));
}

for (const [kind, options] of Object.entries(UNSUPPORTED)) {
  Deno.test(needing(["openssl"], {
    name: `a key of type ${kind} is refused with a list of supported types`,
    async fn() {
      const [certificate, key] = await makePair(options);
      assertThrows(() => makeTlsIdentity(certificate, key), Error, "; use an RSA key of 2048");
    },
  }));
}

Deno.test(needing(["openssl"], {
  name: "empty and long subjects are copied unchanged",
  async fn() {
    const long = `/C=DE/O=${"o".repeat(64)}/OU=${"ü".repeat(30)}/CN=${"c".repeat(64)}`;
    for (const subject of ["/", long]) {
      await dialAndClose(...await makePair(SUPPORTED["P-256, PKCS #8"], subject));
    }
  },
}));

Deno.test("the presented certificate is for one name, never expires and names its signer", async () => {
  const { certificate, key } = await issue();
  const [one, other] = [1, 2].map(() => makeTlsIdentity(certificate, key));
  const [leaf, shown] = [certificate, one.certificate].map((pem) => new X509Certificate(pem));
  assertEquals(shown.subjectAltName, `DNS:${TLS_NAME}`);
  assertEquals([shown.ca, shown.checkIssued(leaf), shown.verify(leaf.publicKey)], [
    false,
    true,
    true,
  ]);
  assertEquals(Date.parse(shown.validFrom), 0);
  assertEquals(shown.validTo, "Dec 31 23:59:59 9999 GMT");
  assertEquals(shown.subject, `CN=${leaf.fingerprint256.replaceAll(":", "").toLowerCase()}`);
  assertEquals(one.key === other.key || one.certificate === other.certificate, false);
});

Deno.test("a malformed, encrypted or mismatched key is refused with its reason", async () => {
  const [one, other] = [await issue(), await issue()];
  const refuse = (key: string, why: string) =>
    assertThrows(() => makeTlsIdentity(one.certificate, key), Error, why);
  refuse(other.key, "it does not match the certificate");
  refuse(one.certificate, "it is not a private key in PEM format");
  refuse(
    one.key.replaceAll("PRIVATE", "ENCRYPTED PRIVATE"),
    "it has a passphrase",
  );
});

Deno.test("DER: values of any length are decoded, and nothing is read beyond them", () => {
  const values = fc.array(fc.uint8Array({ maxLength: 70_000 }), { maxLength: 4 });
  fc.assert(
    fc.property(values, (bodies) => {
      const encoded = bodies.map((body) => encodeDer(Tag.octetString, body));
      assertEquals(derValues(sequence(...encoded)), encoded);
    }),
    { numRuns: 30 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
    try {
      const length = derValues(bytes).reduce((sum, value) => sum + value.length, 0);
      assertEquals(length <= bytes.length, true);
    } catch (error) {
      assertEquals(error instanceof RangeError, true, String(error));
    }
  }));
});
