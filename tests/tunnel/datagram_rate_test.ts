import { assert, assertEquals } from "@std/assert";
import {
  encodePing,
  encodePong,
  MAX_FRAGMENT,
  writeFragment,
} from "../../src/tunnel/datagram/datagram.ts";
import { MAX_WINDOW } from "../../src/tunnel/datagram/datagram_window.ts";
import { DatagramReader } from "../../src/tunnel/datagram/datagram_reader.ts";
import { PeerAllowance } from "../../src/tunnel/peer_allowance.ts";
import { KIND_SESSION } from "../../src/tunnel/record/record.ts";
import { Tunnel } from "../../src/tunnel/tunnel.ts";
import { record } from "../proxy/raw_client.ts";
import { memoryConnectionPair, recordBuffer } from "./memory_connection.ts";
import { pollLoop } from "./poll_loop.ts";

/** The only handle with a session. */
const OWN = 1;

const now = () => 1_000;

/** A tunnel whose peer sends datagrams, on a clock that stands still. */
function openTunnel(allowance = new PeerAllowance(now)) {
  const waiting: Uint8Array[] = [];
  let wake = () => {};
  const seen = { taken: 0, pongs: 0 };
  const datagrams = {
    maxSize: 1_200,
    send: () => (seen.pongs++, Promise.resolve()),
    receive: async () => {
      while (waiting.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          idle.resolve();
        });
      }
      seen.taken++;
      return waiting.shift() ?? new Uint8Array(0);
    },
  };
  let idle = Promise.withResolvers<void>();
  const [near, far] = memoryConnectionPair();
  const tunnel = new Tunnel({
    connection: Object.assign(near, { datagrams }),
    pollLoop,
    buffer: recordBuffer(256 * 1024),
    keepalive: { interval: 1e6, timeout: 2e6 },
    now,
    allowance,
  });
  const nothing = () => {};
  const ended = tunnel.run({
    session: (handle) => handle === OWN,
    discovery: nothing,
    dropped: nothing,
    batchEnd: nothing,
    control: () => undefined,
  });
  /** Sends datagrams; resolves when all have been received or the tunnel has ended. */
  const send = async (count: number, datagram: (i: number) => Uint8Array): Promise<void> => {
    idle = Promise.withResolvers();
    for (let i = 0; i < count; i++) waiting.push(datagram(i));
    wake();
    await Promise.race([idle.promise, ended]);
  };
  return { far, ended, send, seen };
}

function half(frame: number, [from, to]: readonly [number, number]): Uint8Array {
  const view = new DataView(new ArrayBuffer(MAX_FRAGMENT));
  const length = writeFragment(view, OWN, frame, new Uint8Array(100), [from, to]);
  return new Uint8Array(view.buffer, 0, length);
}

/** A packet with this number, and these bytes after the offset of its first record. */
function packet(number: number, [first, ...content]: number[]): Uint8Array {
  return Uint8Array.of(0x40, first - 1, number >> 8, number, ...content);
}

const empty = record(KIND_SESSION, 7, new Uint8Array(0));
const own = record(KIND_SESSION, OWN, new Uint8Array(40));

const USELESS: Record<string, (i: number) => Uint8Array> = {
  "of no session": () => empty,
  "malformed": () => new Uint8Array(1),
  "pings that cover no data": (i) => encodePing(i),
  "pongs that answer no ping": (i) => encodePong(i, undefined),
  "single fragments": (i) => half(i, [0, 50]),
  "packets whose records never end": (i) => packet(i, [1, 0x1d, 0xc0, 0, 1]),
  "the same packet repeatedly": () => packet(1, [1, 0, 0, 0, 1]),
  "parities of packets that never arrive": (i) => Uint8Array.of(0x80, 8, 0, 10, 0, i, 0, 9, 9),
  "the same fragment repeatedly": () => half(1, [0, 50]),
};

for (const [name, datagram] of Object.entries(USELESS)) {
  Deno.test(`H1: a flood of useless datagrams ends its tunnel as datagram-rate: ${name}`, async () => {
    const { ended, send, seen, far } = openTunnel();
    await send(40_000, datagram);
    far.close();
    const end = await ended;
    assertEquals([end.reason, end.by, end.detail], ["protocol-violation", "us", "datagram-rate"]);
    assert(seen.taken < 33_000, `${seen.taken} taken`);
    assert(seen.pongs < 200, `${seen.pongs} answered`);
  });
}

Deno.test("H1: a peer that connects again gets no new allowance of useless datagrams or pings", async () => {
  const allowance = new PeerAllowance(now);
  const first = openTunnel(allowance);
  await first.send(64, (i) => encodePing(i));
  await first.send(33_000, () => empty);
  await first.ended;
  assertEquals(first.seen.pongs, 64);
  const second = openTunnel(allowance);
  await second.send(1, () => own); // useful datagrams still count as useful
  await second.send(40_000, (i) => encodePing(i));
  const end = await second.ended;
  assertEquals([end.reason, end.detail], ["protocol-violation", "datagram-rate"]);
  assert(second.seen.taken < 100, `${second.seen.taken} taken`);
  // The first tunnel's datagrams have earned 16; a new allowance would be 64.
  assert(second.seen.pongs < 20, `${second.seen.pongs} answered`);
});

/** A reader for which only frames of `OWN` are useful, and the frames it has delivered. */
function openReader(now: () => number) {
  const seen = { delivered: 0 };
  const reader = new DatagramReader(recordBuffer(), 0, {
    session: (handle) => (seen.delivered++, handle === OWN),
    ping() {},
    pong: () => false,
    dropped() {},
    batchEnd() {},
  }, { now, allowance: new PeerAllowance(now) });
  const take = (count: number, datagram: Uint8Array): void => {
    for (let i = 0; i < count; i++) assertEquals(reader.received(datagram), undefined);
  };
  return { reader, seen, take };
}

Deno.test("H1: late datagrams of a session that has ended do not end the tunnel", () => {
  let now = 1_000;
  const { reader, seen, take } = openReader(() => now);
  const inFlight = MAX_WINDOW / 256; // of frames with 256 bytes, as many as a window holds
  for (let i = 0; i < 3; i++, now += 64_000) take(inFlight, empty);
  for (let i = 0; i < 10; i++, now += 1_000) take(500, empty);
  assertEquals(seen.delivered, 3 * inFlight + 5_000);
  reader.batchEnd();
});

Deno.test("H1: a session's datagrams do not count as useless, nor do single fragments of a lossy path", () => {
  const { reader, seen, take } = openReader(() => 1_000);
  take(60_000, own);
  for (let frame = 0; frame < 60_000; frame++) {
    take(1, half(frame, [0, 50]));
    if (frame % 3 !== 0) take(1, half(frame, [50, 100])); // the other third is lost
  }
  assertEquals(seen.delivered, 100_000);
  reader.batchEnd();
});

Deno.test("H1: malformed datagrams end their tunnel sooner, because no honest peer sends any", () => {
  const { reader, take } = openReader(() => 1_000);
  take(1_024, new Uint8Array(1));
  assertEquals(reader.received(new Uint8Array(1)), "datagram-rate");
});
