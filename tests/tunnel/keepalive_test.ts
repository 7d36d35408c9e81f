import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Keepalive } from "../../src/tunnel/keepalive.ts";
import { PeerAllowance } from "../../src/tunnel/peer_allowance.ts";
import { OWN_LIMIT } from "../../src/tunnel/record/queue_shares.ts";
import { ControlType, KIND_CONTROL, KIND_SESSION } from "../../src/tunnel/record/record.ts";
import { Tunnel } from "../../src/tunnel/tunnel.ts";
import type { TunnelDrop, TunnelSink } from "../../src/tunnel/tunnel_sink.ts";
import { record } from "../proxy/raw_client.ts";
import { inTime, PATIENCE, until } from "../until.ts";
import { type MemoryConnection, memoryConnectionPair, recordBuffer } from "./memory_connection.ts";
import { pollLoop } from "./poll_loop.ts";

function tunnel(connection: MemoryConnection, now = () => performance.now()): Tunnel {
  const keepalive = { interval: 60_000, timeout: 120_000 };
  return new Tunnel({ connection, buffer: recordBuffer(256 * 1024), keepalive, now, pollLoop });
}

/** A sink that records its calls. */
function sink(): TunnelSink & { trips: number[]; drops: TunnelDrop[]; sessions: number } {
  const seen = {
    trips: [] as number[],
    drops: [] as TunnelDrop[],
    sessions: 0,
    session: () => void seen.sessions++,
    discovery() {},
    batchEnd() {},
    control: () => undefined,
    dropped: (reason: TunnelDrop) => void seen.drops.push(reason),
    roundTrip: (trip: number) => void seen.trips.push(trip),
  };
  return seen;
}

function float(value: number): Uint8Array {
  const body = new Uint8Array(8);
  new DataView(body.buffer).setFloat64(0, value);
  return body;
}

Deno.test("H5: only the first pong that answers a ping gives a round trip", async () => {
  const [raw, near] = memoryConnectionPair();
  const own = tunnel(near);
  const seen = sink();
  const ended = own.run(seen);
  const pong = (body: Uint8Array) => raw.write(record(KIND_CONTROL, ControlType.pong, body));
  const wrong = [NaN, Infinity, -Infinity, -1, 0, 1e300, 5e-324].map(float);
  for (const body of [...wrong, new Uint8Array(0), new Uint8Array(7), new Uint8Array(1_024)]) {
    await pong(body);
  }
  await until(() => seen.drops.length >= 10);
  assertEquals([seen.trips, own.roundTrip], [[], undefined]);
  assertEquals(seen.drops, Array(10).fill("pong-unexpected"));
  own.answers(1_000);
  const ping = new Uint8Array(12);
  await raw.read(ping);
  await pong(ping.subarray(4));
  await pong(ping.subarray(4));
  await until(() => seen.drops.length >= 11);
  assertEquals([seen.trips.length, seen.drops.length], [1, 11]);
  assert(seen.trips[0] >= 0 && seen.trips[0] < 1_000);
  raw.close();
  await ended;
});

Deno.test("H5: whatever a pong contains, the measured time is the time since a ping", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(
        fc.record({ ping: fc.constant(true), wait: fc.nat(100) }),
        fc.record({
          body: fc.oneof(
            fc.uint8Array({ maxLength: 12 }),
            fc.nat(20).map((n) => Uint8Array.of(0, 0, 0, 0, 0, 0, 0, n)),
          ),
        }),
      )),
      (steps) => {
        let now = 1_000;
        const pings: number[] = [];
        const keepalive = new Keepalive(
          () => void pings.push(now),
          () => now,
          new PeerAllowance(() => now).pings,
        );
        let answered = 0;
        for (const one of steps) {
          if ("ping" in one) {
            now += one.wait;
            keepalive.ping();
          } else {
            const trip = keepalive.ponged(one.body);
            if (trip !== undefined) answered++;
            assert(trip === undefined || pings.includes(now - trip), `${trip}`);
          }
        }
        assert(answered <= pings.length);
      },
    ),
  );
});

Deno.test("H1: 70,000 pings end their tunnel as ping-rate, with few answers", async () => {
  const [raw, near] = memoryConnectionPair();
  const own = tunnel(near);
  const ended = own.run(sink());
  const ping = record(KIND_CONTROL, ControlType.ping, new Uint8Array(0));
  const flood = new Uint8Array(70_000 * 4);
  for (let i = 0; i < 70_000; i++) flood.set(ping, i * 4);
  await raw.write(flood);
  const end = await ended;
  assertEquals([end.reason, end.by, end.detail], ["protocol-violation", "us", "ping-rate"]);
  assert(raw.receivedBytes < 1_000, `${raw.receivedBytes}`);
});

Deno.test("H1: a peer's records are processed in turns, and other work gets its turn in between", async () => {
  const pairs = [memoryConnectionPair(), memoryConnectionPair()];
  const sinks = [sink(), sink()];
  let [discoveries, now] = [0, 0];
  let before: number | undefined;
  const all = Promise.withResolvers<void>();
  sinks[0].discovery = () => {
    if (++discoveries === 2_000) all.resolve();
    now += 0.02; // the cost of one, in milliseconds
  };
  sinks[1].session = () => {
    before = discoveries;
  };
  const running = pairs.map(([, near], i) => tunnel(near, () => now).run(sinks[i]));
  const one = record(1, 0, new Uint8Array(20));
  const flood = new Uint8Array(2_000 * one.length);
  for (let i = 0; i < 2_000; i++) flood.set(one, i * one.length);
  await pairs[0][0].write(flood);
  await pairs[1][0].write(record(KIND_SESSION, 1, new Uint8Array(8)));
  await until(() => before !== undefined);
  assert(
    before !== undefined && before > 0 && before <= 60,
    `${before} discovery records before the other's frame`,
  );
  await all.promise;
  for (const [raw] of pairs) raw.close();
  await Promise.all(running);
});

Deno.test("H1: a tunnel without room for its own records ends as not-reading", async () => {
  const [raw, near] = memoryConnectionPair();
  near.write = () => new Promise(() => {});
  const own = tunnel(near);
  const ended = own.run(sink());
  while (own.writer.control(ControlType.resumed, new Uint8Array(1_000))) { /* fill it */ }
  assert(own.writer.queuedBytes <= OWN_LIMIT);
  await raw.write(record(KIND_CONTROL, ControlType.ping, new Uint8Array(1_000)));
  assertEquals((await ended).reason, "not-reading");
  assertEquals(await own.answers(1_000), false);
});

Deno.test("F1: a peer that answers is alive; one that is silent or gone is not", async () => {
  const [a, b] = memoryConnectionPair();
  const [near, far] = [tunnel(a), tunnel(b)];
  const running = [near.run(sink()), far.run(sink())];
  assertEquals(await Promise.all([near.answers(PATIENCE), near.answers(PATIENCE)]), [true, true]);
  b.close();
  await Promise.all(running);
  assertEquals(await near.answers(PATIENCE), false);
  const [raw, silent] = memoryConnectionPair();
  const mute = tunnel(silent);
  const ended = mute.run(sink());
  // Without its own time limit it would take as long as a keepalive.
  assertEquals(await inTime(mute.answers(100)), false);
  raw.close();
  await ended;
});
