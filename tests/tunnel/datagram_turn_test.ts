import { assertLess } from "@std/assert";
import { KIND_SESSION } from "../../src/tunnel/record/record.ts";
import { Tunnel } from "../../src/tunnel/tunnel.ts";
import { record } from "../proxy/raw_client.ts";
import { memoryConnectionPair, recordBuffer } from "./memory_connection.ts";
import { pollLoop } from "./poll_loop.ts";

/** Round trips over a socket, which represent the other work of the process. */
const ROUND_TRIPS = 50;
/** Floods of which one must leave others their turn: a busy machine may deliver late meanwhile. */
const FLOODS = 4;

/** Datagrams received during one round trip over a socket, in an endless flood. */
async function takenARoundTrip(length: number): Promise<number> {
  let taken = 0;
  const datagram = record(KIND_SESSION, 7, new Uint8Array(length));
  const datagrams = {
    maxSize: 1_200,
    send: () => Promise.resolve(),
    receive: () => (taken++, Promise.resolve(datagram)),
  };
  const [near, far] = memoryConnectionPair();
  const tunnel = new Tunnel({
    connection: Object.assign(near, { datagrams }),
    pollLoop,
    buffer: recordBuffer(256 * 1024),
    keepalive: { interval: 1e6, timeout: 2e6 },
    now: () => performance.now(),
  });
  const nothing = () => {};
  const sink = { session: nothing, discovery: nothing, dropped: nothing, batchEnd: nothing };
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using client = await Deno.connect({ port: listener.addr.port });
  using server = await listener.accept();
  const running = tunnel.run({ ...sink, control: () => undefined });
  const byte = new Uint8Array(1);
  for (let i = 0; i < ROUND_TRIPS; i++) {
    await client.write(byte);
    await server.read(byte);
    await server.write(byte);
    await client.read(byte);
  }
  far.close();
  await running;
  return taken / ROUND_TRIPS;
}

for (const [length, most] of [[0, 65], [40, 65], [1_000, 600]]) {
  Deno.test(`H1: a flood of datagrams of ${length} bytes leaves other sockets their turn`, async () => {
    let least = Infinity;
    for (let flood = 0; flood < FLOODS && least >= most; flood++) {
      least = Math.min(least, await takenARoundTrip(length));
    }
    assertLess(least, most);
  });
}

Deno.test("a batch of datagrams takes one reading of the clock, not one each", async () => {
  const datagram = record(KIND_SESSION, 7, new Uint8Array(1_000));
  let left = 60;
  const batch = Promise.withResolvers<void>();
  const datagrams = {
    maxSize: 1_200,
    send: () => Promise.resolve(),
    receive: () => left-- > 0 ? Promise.resolve(datagram.slice()) : new Promise<never>(() => {}),
  };
  let readings = 0;
  const [near, far] = memoryConnectionPair();
  const tunnel = new Tunnel({
    connection: Object.assign(near, { datagrams }),
    pollLoop,
    buffer: recordBuffer(256 * 1024),
    keepalive: { interval: 1e6, timeout: 2e6 },
    now: () => (readings++, performance.now()),
  });
  const nothing = () => {};
  const sink = { session: nothing, discovery: nothing, dropped: nothing, control: () => undefined };
  const running = tunnel.run({ ...sink, batchEnd: batch.resolve });
  await batch.promise;
  assertLess(readings, 30);
  far.close();
  await running;
});
