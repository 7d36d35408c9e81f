import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { socketsOf } from "../../ffi/socket/tcp.ts";
import { HandshakeError } from "../../src/tunnel/authenticate.ts";
import { abandon } from "../../src/tunnel/transport/connection.ts";
import { dialQuic } from "../../src/tunnel/quic/quic.ts";
import { shownFingerprint } from "../../src/tunnel/tls/shown_certificate.ts";
import { dialTls } from "../../src/tunnel/tls/tls.ts";
import { encodeAlert, TlsAlert } from "../../src/tunnel/tls/tls_alert.ts";
import { makeTlsIdentity } from "../../src/tunnel/tls/tls_identity.ts";
import { closeTrust } from "../../src/tunnel/tls/trust_environment.ts";
import { dialServer } from "../../src/daemon/dial.ts";
import { collector } from "../../src/daemon/memory_reclaim.ts";
import { PATIENCE, until } from "../until.ts";
import { issue } from "./authority.ts";

closeTrust();

const pinned = await issue();
const trust = { certificates: [pinned.certificate] };
const credentials = { name: "branch-1", secret: new Uint8Array(32), pins: [new Uint8Array(32)] };
const ATTEMPTS = 20;

const openFiles = (): number => [...Deno.readDirSync("/proc/self/fd")].length;

/**
 * Runs `body` against a TCP server that sends `words` to every client and keeps the connections.
 */
async function withServer(
  words: Uint8Array,
  body: (port: number, held: Deno.TcpConn[]) => Promise<void>,
): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const held: Deno.TcpConn[] = [];
  const serve = async (): Promise<void> => {
    for await (const connection of listener) {
      held.push(connection);
      if (words.length > 0) await connection.write(words).catch(() => {});
    }
  };
  serve().catch(() => {});
  try {
    await body(listener.addr.port, held);
  } finally {
    held.forEach(abandon);
  }
}

Deno.test("an unencrypted refusal gives its reason, and so does the end of a connection", async () => {
  const cases: [Uint8Array, string, RegExp][] = [
    [encodeAlert(TlsAlert.internalError), "too-many-connections by peer", /too busy/],
    [encodeAlert(TlsAlert.protocolVersion), "unsupported-version by peer", /TLS 1\.3/],
    [encodeAlert(TlsAlert.noApplicationProtocol), "unsupported-version by peer", /another version/],
    [encodeAlert(47), "connection-lost by peer", /alert 47/],
    [new TextEncoder().encode("SSH-2.0-x\r\n"), "protocol-violation by us", /does not speak TLS/],
  ];
  for (const [words, end, detail] of cases) {
    await withServer(words, async (port) => {
      const error = await assertRejects(
        () => dialTls({ host: "127.0.0.1", port }, trust, PATIENCE, () => {}),
        HandshakeError,
      );
      assertEquals(`${error.end.reason} by ${error.end.by}`, end);
      assertMatch(error.end.detail, detail);
    });
  }
  await withServer(new Uint8Array(0), async (port, held) => {
    const dialling = assertRejects(
      () => dialTls({ host: "127.0.0.1", port }, trust, PATIENCE, () => {}),
      HandshakeError,
      "closed the connection before TLS began",
    );
    await until(() => held.length === 1);
    held[0].close();
    await dialling;
  });
});

/** The first bytes of a ServerHello that never ends. */
const HALF_HELLO = Uint8Array.of(22, 3, 3, 0, 122, 2, 0, 0, 118, 3, 3, 1, 2, 3);

for (
  const [what, words] of [["nothing", new Uint8Array(0)], ["half a hello", HALF_HELLO]] as const
) {
  Deno.test(`S1: dials to a server that sends ${what} leave no socket behind`, () =>
    withServer(words, async (port, held) => {
      const before = openFiles();
      const said = new Set<string>();
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const { message } = await assertRejects(
          () => dialTls({ host: "127.0.0.1", port }, trust, 30, () => {}),
          Deno.errors.TimedOut,
        );
        said.add(message);
      }
      // On a busy machine some attempts end before TCP connects, which has words of its own.
      assert(said.has("No TLS answer within 30 ms"), [...said].join());
      // The server's ends are open in this process too.
      await until(() => openFiles() <= before + held.length);
    }));
}

Deno.test("S1: stopping a dial closes its socket immediately, whatever it waits for", () =>
  withServer(HALF_HELLO, async (port, held) => {
    const before = openFiles();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const stop = new AbortController();
      const accepted = held.length;
      const dialling = assertRejects(
        () => dialTls({ host: "127.0.0.1", port }, trust, 60_000, () => {}, { stop: stop.signal }),
        Deno.errors.Interrupted,
      );
      // Every other one while its TCP connection is being established.
      if (attempt % 2 === 0) await until(() => held.length > accepted);
      stop.abort(new Deno.errors.Interrupted("Stopped"));
      await dialling;
    }
    await until(() => openFiles() <= before + held.length);
  }));

Deno.test("a dialled socket is tuned by its descriptor", () =>
  withServer(HALF_HELLO, async (port, held) => {
    const tuned = Promise.withResolvers<number>();
    const stop = new AbortController();
    const dialling = assertRejects(
      () =>
        dialTls({ host: "127.0.0.1", port }, trust, PATIENCE, tuned.resolve, { stop: stop.signal }),
      Deno.errors.Interrupted,
    );
    await until(() => held.length > 0);
    const number = await tuned.promise;
    assertEquals(socketsOf((held[0].remoteAddr as Deno.NetAddr).port), [number]);
    stop.abort(new Deno.errors.Interrupted("Stopped"));
    await dialling;
  }));

Deno.test("S1: a dial whose TCP connection is not established leaves no socket behind", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
  const { port } = listener.addr;
  // Nothing accepts: when the backlog is full, the kernel answers no more SYNs.
  const filling = await Promise.all(
    [1, 2].map(() => Deno.connect({ hostname: "127.0.0.1", port })),
  );
  const before = openFiles();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await assertRejects(
      () => dialTls({ host: "127.0.0.1", port }, trust, 30, () => {}),
      Deno.errors.TimedOut,
    );
  }
  await until(() => openFiles() <= before);
  filling.forEach(abandon);
});

Deno.test("S1: an unanswered login leaves no socket behind, nor does a refused certificate", async () => {
  const { certificate: cert, key } = makeTlsIdentity(pinned.certificate, pinned.key);
  const options = { hostname: "127.0.0.1", port: 0, cert, key, alpnProtocols: ["pppoe-proxy/1"] };
  using listener = Deno.listenTls(options);
  const accepted: Deno.TlsConn[] = [];
  const serve = async (): Promise<void> => {
    for await (const connection of listener) {
      accepted.push(connection);
      connection.handshake().catch(() => {});
    }
  };
  serve().catch(() => {});
  const server = { host: "127.0.0.1", port: listener.addr.port };
  const parts = {
    transport: "tls",
    tune: () => {},
    route: {},
    credentials,
    now: () => performance.now(),
  } as const;
  const before = openFiles();
  // All at once and long enough for TLS, however busy the machine is.
  const unanswered = Array.from({ length: ATTEMPTS }, async () => {
    const error = await assertRejects(
      () => dialServer(server, 2_000, { ...parts, trust }),
      HandshakeError,
    );
    assertEquals(error.end.reason, "handshake-timeout");
  });
  await Promise.all(unanswered);
  const other = { certificates: [(await issue()).certificate] };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await assertRejects(() => dialServer(server, PATIENCE, { ...parts, trust: other }));
    const shown = await shownFingerprint(server, other, AbortSignal.timeout(PATIENCE));
    assertMatch(shown ?? "", /^[0-9a-f]{64}$/);
  }
  accepted.forEach(abandon);
  await until(() => openFiles() <= before + 2);
});

Deno.test("a full QUIC server and one with another protocol give different reasons", async () => {
  const { certificate: cert, key } = makeTlsIdentity(pinned.certificate, pinned.key);
  const refusals = { "pppoe-proxy/1": "too-many-connections", "other/1": "unsupported-version" };
  for (const [protocol, reason] of Object.entries(refusals)) {
    const endpoint = new Deno.QuicEndpoint({ hostname: "127.0.0.1", port: 0 });
    const listener = endpoint.listen({ cert, key, alpnProtocols: [protocol] });
    const serving = listener.incoming().then((incoming) =>
      reason === "too-many-connections" ? incoming.refuse() : incoming.accept()
    ).catch(() => {});
    const error = await assertRejects(
      () => dialQuic({ host: "127.0.0.1", port: endpoint.addr.port }, trust, PATIENCE),
      HandshakeError,
    );
    assertEquals(`${error.end.reason} by ${error.end.by}`, `${reason} by peer`);
    await serving;
    endpoint.close();
  }
});

Deno.test("S1: QUIC dials that are unanswered or stopped leave no socket behind", async () => {
  const silent = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = silent.addr as Deno.NetAddr;
  const before = openFiles();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await assertRejects(
      () => dialQuic({ host: "127.0.0.1", port }, trust, 30),
      Deno.errors.TimedOut,
    );
    const stop = new AbortController();
    const dialling = dialQuic({ host: "127.0.0.1", port }, trust, 60_000, { stop: stop.signal });
    stop.abort(new Deno.errors.Interrupted("Stopped"));
    await assertRejects(() => dialling, Deno.errors.Interrupted);
  }
  // Deno closes an endpoint's socket when the object has been collected, some seconds after its end.
  const collect = collector();
  await until(() => {
    collect();
    return openFiles() <= before;
  });
  silent.close();
});

Deno.test("checking the server's answer before Deno costs a dial little", async () => {
  const { certificate: cert, key } = makeTlsIdentity(pinned.certificate, pinned.key);
  const options = { hostname: "127.0.0.1", port: 0, cert, key, alpnProtocols: ["pppoe-proxy/1"] };
  using listener = Deno.listenTls(options);
  const serve = async (): Promise<void> => {
    for await (const connection of listener) {
      connection.handshake().catch(() => {}).finally(() => abandon(connection));
    }
  };
  serve().catch(() => {});
  // The fastest of many: other work on the machine delays some of them.
  let fastest = Infinity;
  await until(async () => {
    const began = performance.now();
    abandon(
      await dialTls({ host: "127.0.0.1", port: listener.addr.port }, trust, PATIENCE, () => {}),
    );
    fastest = Math.min(fastest, performance.now() - began);
    return fastest < 50;
  }, () => `a dial takes ${fastest} ms`);
});

Deno.test("a client's hello names pppoe-proxy.invalid, whatever the server's address", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  closeTrust();
  const dialling = assertRejects(() =>
    dialTls({ host: "localhost", port }, trust, PATIENCE, () => {})
  );
  const connection = await listener.accept();
  const bytes = new Uint8Array(8_192);
  const count = await connection.read(bytes) ?? 0;
  const hello = new TextDecoder("latin1").decode(bytes.subarray(0, count));
  assertStringIncludes(hello, "pppoe-proxy.invalid");
  assertEquals(hello.includes("localhost"), false);
  connection.close();
  await dialling;
});
