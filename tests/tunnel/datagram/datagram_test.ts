import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type DatagramDrop,
  encodePing,
  encodePong,
  FRAGMENT_HEADER,
  isWellFormed,
  writeFragment,
} from "../../../src/tunnel/datagram/datagram.ts";
import { DatagramReader } from "../../../src/tunnel/datagram/datagram_reader.ts";
import { PeerAllowance } from "../../../src/tunnel/peer_allowance.ts";
import { KIND_SESSION, RECORD_HEADER, recordHeader } from "../../../src/tunnel/record/record.ts";
import { FRAGMENT_AGE, MAX_FRAGMENTS } from "../../../src/tunnel/datagram/reassembly.ts";
import { recordBuffer } from "../memory_connection.ts";

interface Taken {
  reader: DatagramReader;
  frames: { handle: number; payload: Uint8Array }[];
  drops: DatagramDrop[];
  probes: string[];
  clock: { now: number };
  ends: () => number;
}

function reader(size = 64 * 1024, start = 0): Taken {
  const buffer = recordBuffer(size);
  const clock = { now: 0 };
  const [frames, drops, probes]: [Taken["frames"], DatagramDrop[], string[]] = [[], [], []];
  let ends = 0;
  const now = () => clock.now;
  const taking = new DatagramReader(buffer, start, {
    session(handle, offset, length) {
      assert(offset >= start);
      frames.push({ handle, payload: buffer.bytes.slice(offset, offset + length) });
    },
    ping: (number) => void probes.push(`ping ${number}`),
    pong(number, packets) {
      probes.push(`pong ${number}${packets === undefined ? "" : ` after ${packets}`}`);
      return number !== 2;
    },
    dropped: (reason) => void drops.push(reason),
    batchEnd: () => void ends++,
  }, { now, allowance: new PeerAllowance(now) });
  return { reader: taking, frames, drops, probes, clock, ends: () => ends };
}

function built(write: (view: DataView<ArrayBuffer>) => number): Uint8Array {
  const view = new DataView(new ArrayBuffer(20_000));
  return new Uint8Array(view.buffer).slice(0, write(view));
}

function halves(handle: number, frame: number, payload: Uint8Array, middle: number): Uint8Array[] {
  return ([[0, middle], [middle, payload.length]] as const).map((part) =>
    built((view) => writeFragment(view, handle, frame, payload, part))
  );
}

function whole(handle: number, payload: Uint8Array): Uint8Array {
  return built((view) => {
    view.setUint32(0, recordHeader(KIND_SESSION, payload.length, handle));
    new Uint8Array(view.buffer).set(payload, RECORD_HEADER);
    return RECORD_HEADER + payload.length;
  });
}

const handle = fc.integer({ min: 0, max: 0xffff });

Deno.test("a frame arrives unchanged in one datagram, or in two fragments in either order", () => {
  fc.assert(fc.property(
    handle,
    fc.integer({ min: 0, max: 0xffff }),
    fc.uint8Array({ minLength: 2, maxLength: 3000 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.boolean(),
    (handle, number, payload, share, swapped) => {
      const taken = reader();
      taken.reader.received(whole(handle, payload));
      const middle = 1 + Math.floor(share * (payload.length - 2));
      const parts = halves(handle, number, payload, middle);
      for (const part of swapped ? parts.reverse() : parts) taken.reader.received(part);
      assertEquals(taken.frames, [{ handle, payload }, { handle, payload }]);
      assertEquals(taken.drops, []);
    },
  ));
});

Deno.test("lost, repeated and reordered fragments never make a wrong frame", () => {
  const shuffled = fc.integer({ min: 1, max: 40 }).chain((count) =>
    fc.array(fc.tuple(fc.nat(count - 1), fc.nat(1)), { maxLength: 200 })
  );
  fc.assert(fc.property(shuffled, (order) => {
    const taken = reader();
    const payloads = Array.from({ length: 40 }, (_, n) => new Uint8Array(10 + n % 3).fill(n));
    for (const [number, which] of order) {
      const parts = halves(5, number * 7, payloads[number], 5);
      taken.reader.received(parts[which]);
    }
    for (const { payload } of taken.frames) {
      assertEquals(payload, payloads[payload[0]]);
    }
    assert(taken.frames.length * 2 + taken.drops.length <= 2 * order.length);
  }));
});

Deno.test("arbitrary bytes are dropped or well-formed, and never cause an exception", () => {
  const bytes = fc.uint8Array({ maxLength: 64 });
  const likely = fc.tuple(
    fc.constantFrom(0, 1, 2, 3),
    fc.nat(20),
    handle,
    fc.uint8Array({ maxLength: 24 }),
  ).map(([kind, length, handle, rest]) => {
    const out = new Uint8Array(4 + rest.length);
    new DataView(out.buffer).setUint32(0, (kind << 30 | length << 16 | handle) >>> 0);
    out.set(rest, 4);
    return out;
  });
  fc.assert(fc.property(fc.array(fc.oneof(bytes, likely), { maxLength: 50 }), (datagrams) => {
    const taken = reader();
    for (const datagram of datagrams) taken.reader.received(datagram);
    const whole = datagrams.filter((datagram) =>
      isWellFormed(datagram, new DataView(datagram.buffer)) && datagram[0] >>> 6 === 0
    );
    assert(taken.frames.length >= whole.length);
  }));
});

Deno.test("each way in which fragments fail to match has its own drop reason", () => {
  const payload = new Uint8Array(100).fill(1);
  const dropped = (...steps: ((taken: Taken) => void)[]): DatagramDrop[] => {
    const taken = reader();
    for (const step of steps) step(taken);
    assertEquals(taken.frames, []);
    return taken.drops;
  };
  const [first, second] = halves(1, 9, payload, 50);
  const receive = (datagram: Uint8Array) => (taken: Taken) => taken.reader.received(datagram);
  assertEquals(dropped(receive(first), receive(first)), ["fragment-duplicate"]);
  const [other] = halves(1, 9 + MAX_FRAGMENTS, payload, 50);
  assertEquals(dropped(receive(first), receive(other)), ["fragment-lost"]);
  const wait = (taken: Taken) => void (taken.clock.now += FRAGMENT_AGE + 1);
  assertEquals(dropped(receive(first), wait, receive(second)), ["fragment-late"]);
  const [, longer] = halves(1, 9, payload, 40);
  assertEquals(dropped(receive(first), receive(longer)), ["fragment-mismatch"]);
  assertEquals(dropped(receive(first.subarray(0, FRAGMENT_HEADER))), ["datagram-malformed"]);
  assertEquals(dropped(receive(encodePong(2, undefined))), ["datagram-malformed"]);
});

Deno.test("pings and pongs are reported with their number", () => {
  const taken = reader();
  taken.reader.received(encodePing(0xffff_ffff));
  taken.reader.received(encodePong(1, undefined));
  taken.reader.received(encodePong(3, 0xffff_fffe));
  const expected = ["ping 4294967295", "pong 1", "pong 3 after 4294967294"];
  assertEquals([taken.probes, taken.drops], [expected, []]);
});

Deno.test("frames stay in the buffer until the batch ends, in one turn or when the buffer is full", async () => {
  const taken = reader(32 * 1024, 8 * 1024);
  const payload = new Uint8Array(1_400);
  const datagram = whole(1, payload);
  for (let count = 0; count < 17; count++) taken.reader.received(datagram);
  assertEquals(taken.ends(), 0);
  taken.reader.received(datagram);
  assertEquals(taken.ends(), 1);
  await new Promise((resolve) => setImmediate(resolve));
  assertEquals([taken.ends(), taken.frames.length], [2, 18]);
});

Deno.test("pings in datagrams are answered up to 64 at once, and one more for each 8 KiB", () => {
  const { reader: target, probes, drops } = reader();
  const ping = encodePing(7);
  for (let i = 0; i < 100; i++) target.received(ping);
  // Their own bytes count, too.
  assertEquals([probes.length, drops.length], [64, 36]);
  assertEquals([...new Set(drops)], ["ping-rate"]);
  const frame = whole(1, new Uint8Array(1_020));
  for (let i = 0; i < 16; i++) target.received(frame);
  for (let i = 0; i < 10; i++) target.received(ping);
  assertEquals(probes.length, 64 + 2);
  target.batchEnd();
});
