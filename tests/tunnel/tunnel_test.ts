import { assert, assertEquals } from "@std/assert";
import { decodeClose, encodeClose } from "../../src/tunnel/close_reason.ts";
import { Tunnel } from "../../src/tunnel/tunnel.ts";
import type { TunnelSink } from "../../src/tunnel/tunnel_sink.ts";
import { inTime } from "../until.ts";
import { type MemoryConnection, memoryConnectionPair, recordBuffer } from "./memory_connection.ts";
import { pollLoop } from "./poll_loop.ts";

const silent: TunnelSink = {
  session() {},
  discovery() {},
  batchEnd() {},
  dropped() {},
  control: () => undefined,
};

function tunnel(connection: MemoryConnection, timeout = 60_000, interval = 20_000): Tunnel {
  return new Tunnel({
    connection,
    buffer: recordBuffer(),
    keepalive: { interval, timeout },
    now: () => performance.now(),
    pollLoop,
  });
}

Deno.test("a frame sent on one end is delivered on the other", async () => {
  const [a, b] = memoryConnectionPair().map((connection) => tunnel(connection));
  const got = Promise.withResolvers<string>();
  const running = [
    a.run(silent),
    b.run({
      ...silent,
      session(handle, offset, length) {
        const text = new TextDecoder().decode(b.buffer.bytes.subarray(offset, offset + length));
        got.resolve(`${handle} ${text}`);
      },
    }),
  ];
  a.writer.session(5, new TextEncoder().encode("frame"), 0, 5);
  a.writer.flush();
  assertEquals(await got.promise, "5 frame");
  await a.close("shutdown", "", 1000);
  await Promise.all(running);
});

Deno.test("both ends report the same close reason, after the queued records", async () => {
  const [a, b] = memoryConnectionPair().map((connection) => tunnel(connection));
  const handles: number[] = [];
  const running = [a.run(silent), b.run({ ...silent, session: (h) => void handles.push(h) })];
  a.writer.session(1, new Uint8Array(1), 0, 1);
  await a.close("replaced", "by test", 1000);
  const [endA, endB] = await Promise.all(running);
  assertEquals(endA, { reason: "replaced", by: "us", detail: "by test" });
  assertEquals(endB, { reason: "replaced", by: "peer", detail: "by test" });
  assertEquals(handles, [1]);
});

Deno.test("a violation ends the tunnel, and both ends report it", async () => {
  const [raw, other] = memoryConnectionPair();
  const b = tunnel(other);
  const running = b.run(silent);
  await raw.write(Uint8Array.of(0xc0, 0, 0, 0));
  const answer = new Uint8Array(300);
  const count = await raw.read(answer);
  assert(count !== null);
  assertEquals(decodeClose(answer.subarray(4, count)), {
    reason: "protocol-violation",
    by: "peer",
    detail: "unknown-record-kind",
  });
  assertEquals((await running).reason, "protocol-violation");
});

Deno.test("a silent peer times out", async () => {
  const [, other] = memoryConnectionPair();
  const end = await tunnel(other, 30, 10).run(silent);
  assertEquals(end.reason, "keepalive-timeout");
  assertEquals(other.closed, true);
});

Deno.test("pings are answered and measure the round trip", async () => {
  const [a, b] = memoryConnectionPair().map((connection) => tunnel(connection, 10_000, 5));
  const running = [a.run(silent), b.run(silent)];
  while (a.roundTrip === undefined) await new Promise((resolve) => setImmediate(resolve));
  assert(a.roundTrip >= 0);
  await a.close("shutdown", "", 1000);
  await Promise.all(running);
});

Deno.test("the end of the stream is connection-lost", async () => {
  const [raw, other] = memoryConnectionPair();
  const running = tunnel(other).run(silent);
  raw.close();
  assertEquals((await running).reason, "connection-lost");
});

/** Runs a tunnel whose peer neither reads nor answers; `silence` resolves when it is silent. */
function unanswered() {
  const connection = Object.assign(memoryConnectionPair()[0], {
    write: () => new Promise<number>(() => {}),
  });
  const silence = Promise.withResolvers<void>();
  const seen = { silences: 0 };
  const stuck = new Tunnel({
    connection,
    buffer: recordBuffer(),
    keepalive: { interval: 60_000, timeout: 180_000 },
    now: () => performance.now(),
    pollLoop,
    silence(): void {
      seen.silences++;
      silence.resolve();
    },
  });
  return { stuck, running: stuck.run(silent), seen, silence: silence.promise };
}

Deno.test("a tunnel that is being closed is not reported as silent: nobody replaces it again", async () => {
  const closing = unanswered();
  const closed = closing.stuck.close("moved", "", 2_500);
  const open = unanswered();
  await open.silence;
  await open.stuck.close("moved", "", 0);
  await Promise.all([open.running, closed, closing.running]);
  assertEquals([open.seen.silences, closing.seen.silences], [1, 0]);
});

Deno.test("a tunnel that cannot deliver a datagram ends, rather than be deaf to all further ones", async () => {
  const datagrams = {
    maxSize: 1_200,
    send: () => Promise.resolve(),
    receive: () => Promise.resolve(Uint8Array.of(0, 1, 0, 7, 9)),
  };
  const connection = Object.assign(memoryConnectionPair()[0], { datagrams });
  const sink: TunnelSink = {
    ...silent,
    session() {
      throw new Error("of the test");
    },
  };
  const deaf = new Tunnel({
    connection,
    buffer: recordBuffer(256 * 1024),
    keepalive: { interval: 60_000, timeout: 180_000 },
    now: () => performance.now(),
    pollLoop,
  });
  assertEquals(await inTime(deaf.run(sink)), {
    reason: "connection-lost",
    by: "network",
    detail: "of the test",
  });
});

Deno.test("a peer's text cannot forge a log line", () => {
  assertEquals(decodeClose(encodeClose("shutdown", "a\nb\x1b[2J")).detail, "a?b?[2J");
  assertEquals(decodeClose(encodeClose("shutdown", "a\u2028b\u202ec")).detail, "a?b?c");
  assertEquals(decodeClose(Uint8Array.of(250)).reason, "unknown-reason");
  assertEquals(decodeClose(new Uint8Array(0)).reason, "unknown-reason");
});
