import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { makeSelfSigned } from "../../../src/cli/keygen/self_signed.ts";
import { readPin } from "../../../src/config/files/certificate.ts";
import {
  authenticateClient,
  authenticateToServer,
  HandshakeError,
} from "../../../src/tunnel/authenticate.ts";
import type { Connection } from "../../../src/tunnel/transport/connection.ts";
import { ALPN } from "../../../src/tunnel/handshake.ts";
import { dialQuic } from "../../../src/tunnel/quic/quic.ts";
import { QuicListener } from "../../../src/tunnel/quic/quic_listener.ts";
import { TLS_NAME } from "../../../src/tunnel/tls/tls_identity.ts";
import { closeTrust } from "../../../src/tunnel/tls/trust_environment.ts";
import { Tunnel } from "../../../src/tunnel/tunnel.ts";
import type { TunnelSink } from "../../../src/tunnel/tunnel_sink.ts";
import { PATIENCE } from "../../until.ts";
import { recordBuffer } from "../memory_connection.ts";
import { pollLoop } from "../poll_loop.ts";

const SECRET = new Uint8Array(32).fill(1);
const silent: TunnelSink = {
  session() {},
  discovery() {},
  batchEnd() {},
  dropped() {},
  control: () => undefined,
};

const made = await makeSelfSigned("server.example", 2, new Date());

/** Runs `body` with both ends of a QUIC connection on loopback. */
async function connected(
  body: (client: Connection, server: Connection) => Promise<void>,
): Promise<void> {
  const trust = { certificates: [made.certificate] };
  closeTrust();
  const listener = new QuicListener({ host: "127.0.0.1", port: 0 }, made.certificate, made.key);
  const accepted = listener.accept();
  const client = await dialQuic({ host: "127.0.0.1", port: listener.port }, trust, PATIENCE);
  await client.write(Uint8Array.of(0)); // the first byte opens the stream
  const incoming = await accepted;
  const server = await incoming.open();
  await server.read(new Uint8Array(1));
  incoming.proven?.();
  listener.close();
  try {
    await body(client, server);
  } finally {
    client.close();
    await client.delivered?.();
    server.close();
    await server.delivered?.();
  }
}

function tunnel(connection: Connection): Tunnel {
  return new Tunnel({
    connection,
    buffer: recordBuffer(256 * 1024),
    keepalive: { interval: 1_000, timeout: 60_000 },
    now: () => performance.now(),
    pollLoop,
  });
}

Deno.test("the handshake works over QUIC, and both ends report a wrong secret as not-authenticated", async () => {
  const fingerprint = await readPin(made.certificate);
  const credentials = { name: "branch-1", secret: SECRET, pins: [fingerprint] };
  const server = { fingerprint, secrets: () => [SECRET] };
  await connected(async (a, b) => {
    const [, name] = await Promise.all([
      authenticateToServer(a, credentials),
      authenticateClient(b, server),
    ]);
    assertEquals(name, "branch-1");
  });
  await connected(async (a, b) => {
    const wrong = { ...credentials, secret: new Uint8Array(32) };
    const serving = authenticateClient(b, server).finally(() => b.close());
    const [atClient, atServer] = await Promise.all([
      assertRejects(() => authenticateToServer(a, wrong).finally(() => a.close()), HandshakeError),
      assertRejects(() => serving, HandshakeError),
    ]);
    assertEquals([atClient.end.reason, atClient.end.by], ["not-authenticated", "peer"]);
    assertEquals([atServer.end.reason, atServer.end.by], ["not-authenticated", "us"]);
  });
});

Deno.test("a client refuses a server whose certificate differs from its pin", async () => {
  await connected(async (a, b) => {
    const pin = await readPin((await makeSelfSigned("other.example", 2, new Date())).certificate);
    const server = { fingerprint: await readPin(made.certificate), secrets: () => [SECRET] };
    const serving = authenticateClient(b, server).catch((error) => error);
    const error = await assertRejects(
      () => authenticateToServer(a, { name: "n", secret: SECRET, pins: [pin] }),
      HandshakeError,
    );
    assertStringIncludes(error.message, "has a certificate with SHA-256");
    await serving;
  });
});

Deno.test("frames of every length arrive unchanged in both directions, whole, fragmented or on the stream", async () => {
  await connected(async (a, b) => {
    const drops: string[] = [];
    const ends: Tunnel[] = [a, b].map((connection) => tunnel(connection));
    const lengths = [0, 1, 2, 1_100, 1_200, 1_412, 1_492, 1_500, 2_300, 4_000, 16_000];
    const got: Uint8Array[][] = [[], []];
    const all = ends.map(() => Promise.withResolvers<void>());
    const running = ends.map((end, side) =>
      end.run({
        ...silent,
        dropped: (reason) => void drops.push(reason),
        session(_handle, offset, length) {
          got[side].push(end.buffer.bytes.slice(offset, offset + length));
          if (got[side].length === 1 + lengths.length) all[side].resolve();
        },
      })
    );
    const frame = (length: number) => new Uint8Array(length).fill(length);
    // The first frame of each side uses the stream, and shows that it knows the handle.
    for (const end of ends) {
      end.writer.session(3, frame(7), 0, 7);
      end.writer.flush();
    }
    while (got.some((frames) => frames.length === 0)) await new Promise((go) => setImmediate(go));
    for (const end of ends) {
      for (const length of lengths) assert(end.writer.session(3, frame(length), 0, length));
      end.writer.flush();
    }
    await Promise.all(all.map(({ promise }) => promise));
    for (const frames of got) {
      const sorted = frames.slice(1).sort((one, other) => one.length - other.length);
      assertEquals(sorted, lengths.map(frame));
    }
    assertEquals(drops, []);
    await ends[0].close("shutdown", "", 1_000);
    await Promise.all(running);
  });
});

Deno.test("a discovery record is never overtaken by the first data after it, whatever else is sent", async () => {
  await connected(async (a, b) => {
    const [near, far] = [tunnel(a), tunnel(b)];
    const seen: string[] = [];
    const rounds = 200;
    const last = Promise.withResolvers<void>();
    const running = [
      near.run(silent),
      far.run({
        ...silent,
        discovery: (handle) => void seen.push(`PADS ${handle}`),
        session(handle) {
          if (handle !== 1) seen.push(`data ${handle}`);
          if (seen.length === 2 * rounds) last.resolve();
          // Both sides know handle 1: the near side sends its frames as datagrams.
          if (handle === 1 && far.writer.session(1, new Uint8Array(9), 0, 9)) {
            far.writer.flush();
          }
        },
      }),
    ];
    for (let handle = 2; handle < 2 + rounds; handle++) {
      near.writer.session(1, new Uint8Array(1_000), 0, 1_000);
      near.writer.discovery(handle, new Uint8Array(60));
      near.writer.session(handle, new Uint8Array(20), 0, 20);
      near.writer.flush();
      if (handle % 10 === 0) await new Promise((go) => setTimeout(go, 1));
    }
    await last.promise;
    const expected = Array.from({ length: rounds }, (_, n) => [`PADS ${n + 2}`, `data ${n + 2}`]);
    assertEquals(seen, expected.flat());
    await near.close("shutdown", "", 1_000);
    await Promise.all(running);
  });
});

Deno.test("Q4: no data is delivered before the PPP control that was sent before it", async () => {
  await connected(async (a, b) => {
    const [near, far] = [tunnel(a), tunnel(b)];
    const seen: number[][] = Array.from({ length: 9 }, () => []);
    const rounds = 300;
    const last = Promise.withResolvers<void>();
    let total = 0;
    const running = [
      near.run({ ...silent, dropped: (reason) => last.reject(new Error(reason)) }),
      far.run({
        ...silent,
        session(handle, offset) {
          const { bytes } = far.buffer;
          if (bytes[offset] >= 0x80) seen[handle].push(bytes[offset + 3]);
          else assertEquals(seen[handle].at(-1), bytes[offset + 3], "data before its control");
          if (++total === 2 * rounds) last.resolve();
          if (far.writer.session(handle, new Uint8Array([0, 0x21]), 0, 2)) far.writer.flush();
        },
      }),
    ];
    for (let round = 0; round < rounds; round++) {
      const handle = round % seen.length;
      near.writer.session(handle, Uint8Array.of(0x80, 0x21, 2, round), 0, 4);
      near.writer.session(handle, Uint8Array.of(0x00, 0x21, 2, round), 0, 4);
      near.writer.flush();
      if (round % 10 === 0) await new Promise((go) => setTimeout(go, 3));
    }
    await last.promise;
    await near.close("shutdown", "", 1_000);
    await Promise.all(running);
  });
});

Deno.test("both ends report the same close reason, after the records before it, even without grace", async () => {
  for (const [grace, reason] of [[1_000, "shutdown"], [0, "replaced"]] as const) {
    await connected(async (a, b) => {
      const [near, far] = [tunnel(a), tunnel(b)];
      const handles: number[] = [];
      const running = [
        near.run(silent),
        far.run({ ...silent, discovery: (handle) => void handles.push(handle) }),
      ];
      near.writer.discovery(9, new Uint8Array(60));
      await near.close(reason, "by test", grace);
      const [endNear, endFar] = await Promise.all(running);
      assertEquals(endNear, { reason, by: "us", detail: "by test" });
      assertEquals(endFar, { reason, by: "peer", detail: "by test" });
      assertEquals(handles, [9]);
    });
  }
});

Deno.test("malformed datagrams are counted and end nothing; a lost peer is connection-lost", async () => {
  await connected(async (a, b) => {
    const counted = Promise.withResolvers<string>();
    const running = tunnel(b).run({ ...silent, dropped: counted.resolve });
    await a.datagrams?.send(Uint8Array.of(0xff, 0, 0));
    assertEquals(await counted.promise, "datagram-malformed");
    a.close();
    assertEquals((await running).reason, "connection-lost");
  });
});

Deno.test("a datagram's buffer may be overwritten immediately after sending", async () => {
  await connected(async (a, b) => {
    const bytes = Uint8Array.of(1, 2, 3);
    const sending = a.datagrams?.send(bytes);
    bytes.fill(9);
    await sending;
    assertEquals(await b.datagrams?.receive(), Uint8Array.of(1, 2, 3));
  });
});

Deno.test("a server accepts only the tunnel's one stream from a client", async () => {
  closeTrust();
  const listener = new QuicListener({ host: "127.0.0.1", port: 0 }, made.certificate, made.key);
  const accepted = listener.accept();
  const connection = await Deno.connectQuic({
    hostname: "127.0.0.1",
    port: listener.port,
    serverName: TLS_NAME,
    caCerts: [made.certificate],
    alpnProtocols: [ALPN],
  });
  const incoming = await accepted;
  await connection.createBidirectionalStream();
  await assertRejects(() => connection.createBidirectionalStream());
  await assertRejects(() => connection.createUnidirectionalStream());
  connection.close();
  incoming.close();
  listener.close();
});

Deno.test("a dial that is not answered times out with its reason", async () => {
  const silent = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = silent.addr as Deno.NetAddr;
  const trust = { certificates: [made.certificate] };
  await assertRejects(
    () => dialQuic({ host: "127.0.0.1", port }, trust, 100),
    Deno.errors.TimedOut,
    "No QUIC connection within 100 ms",
  );
  silent.close();
});
