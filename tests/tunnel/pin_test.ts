import { assertEquals, assertRejects } from "@std/assert";
import { parseCertificate } from "../../src/config/files/certificate.ts";
import { authenticateClient, authenticateToServer } from "../../src/tunnel/authenticate.ts";
import { abandon, type Connection } from "../../src/tunnel/transport/connection.ts";
import { ALPN } from "../../src/tunnel/handshake.ts";
import { dialQuic } from "../../src/tunnel/quic/quic.ts";
import { dialTls, type Trust } from "../../src/tunnel/tls/tls.ts";
import { makeTlsIdentity, TLS_NAME } from "../../src/tunnel/tls/tls_identity.ts";
import { listen, type Transport } from "../../src/tunnel/transport.ts";
import { closeTrust } from "../../src/tunnel/tls/trust_environment.ts";
import { PATIENCE } from "../until.ts";
import { issue, type Issued } from "./authority.ts";

closeTrust();

const LOOPBACK = { host: "127.0.0.1", port: 0 };
const SECRET = new Uint8Array(32).fill(3);
const NAMES = [TLS_NAME, "server.example"];

const root = await issue({ subject: "CN=Root", ca: true });
const authority = await issue({ subject: "CN=Authority", ca: true, issuer: root });
const leaf = await issue({ issuer: authority });
const neighbour = await issue({ issuer: authority, names: NAMES });
const chain = leaf.certificate + authority.certificate + root.certificate;

type Shown = Pick<Issued, "certificate" | "key">;

/** What a server without the pinned certificate's key can present. */
const impostors: Record<string, Shown> = {
  "another certificate of the same authority": neighbour,
  "one signed by that other certificate's key": makeTlsIdentity(
    neighbour.certificate,
    neighbour.key,
  ),
  "one that the authority itself has issued": await issue({ issuer: authority, names: NAMES }),
  "the authority's own certificate": authority,
  "one issued by the root above it": await issue({ issuer: root, names: NAMES }),
  "a self-signed one with the pinned one's subject": await issue({ names: NAMES }),
  "one that only names the pinned one as its issuer": await issue({
    issuer: neighbour,
    issuerName: "CN=server.example",
    names: NAMES,
  }),
  "one signed by the key of a self-signed one with the pinned one's subject": await (async () => {
    const forged = await issue();
    return makeTlsIdentity(forged.certificate, forged.key);
  })(),
};

for (const [what, { certificate, key }] of Object.entries({ ...impostors })) {
  const around = { certificate: certificate + chain, key };
  impostors[`${what}, followed by the pinned chain`] = around;
}

/** Dials a server that presents this, over TLS; throws the client's error. */
async function dialShownByTls({ certificate, key }: Shown, trust: Trust): Promise<Connection> {
  using listener = Deno.listenTls({
    hostname: "127.0.0.1",
    port: 0,
    cert: certificate,
    key,
    alpnProtocols: [ALPN],
  });
  const serving = listener.accept().then(async (connection) => {
    await connection.handshake().catch(() => {});
    return connection;
  });
  try {
    return await dialTls({ ...LOOPBACK, port: listener.addr.port }, trust, PATIENCE, () => {});
  } finally {
    abandon(await serving);
  }
}

async function dialShownByQuic({ certificate, key }: Shown, trust: Trust): Promise<Connection> {
  const endpoint = new Deno.QuicEndpoint({ hostname: "127.0.0.1", port: 0 });
  const listener = endpoint.listen({ cert: certificate, key, alpnProtocols: [ALPN] });
  const serving = listener.incoming().then((incoming) => incoming.accept()).catch(() => {});
  try {
    return await dialQuic({ ...LOOPBACK, port: endpoint.addr.port }, trust, PATIENCE);
  } finally {
    await serving;
    endpoint.close();
  }
}

const pinned = (...texts: string[]): Trust => ({
  certificates: texts.map((text) => parseCertificate(text, "server.crt").pem),
});

for (
  const { name, dial } of [{ name: "TLS", dial: dialShownByTls }, {
    name: "QUIC",
    dial: dialShownByQuic,
  }]
) {
  Deno.test({
    name: `T1 T3: over ${name} no server without the pinned certificate's own key is accepted`,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      for (const file of [leaf.certificate, chain]) {
        for (const [what, shown] of Object.entries(impostors)) {
          const error = await assertRejects(
            () => dial(shown, pinned(file)),
            Error,
            undefined,
            what,
          );
          assertEquals([what, /certificate/i.test(error.message)], [what, true], error.message);
        }
        abandon(await dial(makeTlsIdentity(leaf.certificate, leaf.key), pinned(file)));
      }
    },
  });
}

/** The names of both ends after a complete login, or the client's error. */
async function logIn(
  transport: Transport,
  shown: Shown,
  pins: readonly string[],
): Promise<string> {
  const listener = listen(transport, LOOPBACK, shown.certificate, shown.key, () => {});
  const certificates = pins.map((text) => parseCertificate(text, "server.crt"));
  const accepted = listener.accept();
  const serving = accepted.then(async (incoming) =>
    await authenticateClient(await incoming.open(), {
      fingerprint: parseCertificate(shown.certificate, "server.crt").fingerprint,
      secrets: () => [SECRET],
    })
  ).catch((error) => String(error));
  const port = { ...LOOPBACK, port: listener.port };
  const trust = { certificates: certificates.map(({ pem }) => pem) };
  const dialling = transport === "quic"
    ? dialQuic(port, trust, PATIENCE)
    : dialTls(port, trust, PATIENCE, () => {});
  try {
    const connection = await dialling;
    const credentials = { name: "branch-1", secret: SECRET };
    await authenticateToServer(connection, {
      ...credentials,
      pins: certificates.map(({ fingerprint }) => fingerprint),
    });
    const name = await serving;
    abandon(connection);
    return name;
  } catch (error) {
    return String(error);
  } finally {
    (await accepted).close();
    listener.close();
  }
}

for (const transport of ["tls", "quic"] as const) {
  Deno.test({
    name: `I1 I2: ${transport} accepts each of several pins, whatever their dates`,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const old = new Date("2020-01-01");
      const [expired, future] = await Promise.all([
        issue({ from: old, until: new Date("2020-02-01") }),
        issue({ from: new Date("2199-01-01"), until: new Date("2200-01-01") }),
      ]);
      for (const shown of [leaf, expired, future]) {
        assertEquals(await logIn(transport, shown, [shown.certificate]), "branch-1");
        const all = [leaf, expired, future].map(({ certificate }) => certificate);
        assertEquals(await logIn(transport, shown, all), "branch-1");
      }
    },
  });

  Deno.test({
    name: `T1: ${transport} refuses a certificate of the pinned key that is not the pinned one`,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const { X509CertificateGenerator } = await import("@peculiar/x509");
      const renewed = await X509CertificateGenerator.createSelfSigned({
        name: "CN=server.example",
        keys: leaf.keys,
        signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
      });
      const shown = { certificate: renewed.toString("pem"), key: leaf.key };
      const said = await logIn(transport, shown, [leaf.certificate]);
      for (const text of [shown.certificate, leaf.certificate]) {
        const digits = parseCertificate(text, "server.crt").fingerprint.toHex();
        assertEquals([said, said.includes(digits)], [said, true]);
      }
    },
  });
}
