import { assert, assertEquals, assertLess } from "@std/assert";
import { MAX_RECORD_BODY } from "../../../src/tunnel/record/record.ts";
import {
  CONTROL_RESERVE,
  DATA_LIMIT,
  MAX_AGE,
  MAX_RECORDS,
} from "../../../src/tunnel/record/record_queue.ts";
import { RecordWriter } from "../../../src/tunnel/record/record_writer.ts";
import { type HeldWriter, writer } from "../held_writer.ts";

const IPV4 = [0x00, 0x21];
const LCP = [0xc0, 0x21];

/** A PPP frame of `length` bytes with a number. */
function ppp(protocol: number[], number: number, length = 1500): Uint8Array {
  const frame = new Uint8Array(length);
  frame.set(protocol);
  new DataView(frame.buffer).setUint32(2, number);
  return frame;
}

function add(
  { writer, clock }: HeldWriter,
  handle: number,
  frame: Uint8Array,
  at: number,
): boolean {
  clock.now = at;
  writer.beginBatch();
  const taken = writer.session(handle, frame, 0, frame.length);
  writer.flush();
  return taken;
}

/** Handle and number of each record in a write. */
function records(bytes: Uint8Array): [handle: number, number: number][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const seen: [number, number][] = [];
  for (let at = 0; at < bytes.length;) {
    const header = view.getUint32(at);
    const length = header >>> 16 & MAX_RECORD_BODY;
    seen.push([header & 0xffff, length < 6 ? -1 : view.getUint32(at + 6)]);
    at += 4 + length;
  }
  return seen;
}

/** Completes writes until nothing is left; returns the writes from now on. */
async function drain(held: HeldWriter): Promise<Uint8Array[]> {
  const begin = held.writes.length;
  for (let before = -1; before !== held.writes.length;) {
    before = held.writes.length;
    await held.release();
  }
  return held.writes.slice(begin);
}

Deno.test("a writer is sending from a flush until nothing waits", async () => {
  const held = writer();
  assertEquals(held.writer.isSending, false);
  add(held, 1, ppp(IPV4, 1), 0);
  assertEquals(held.writer.isSending, true);
  await drain(held);
  assertEquals(held.writer.isSending, false);
});

Deno.test("records that arrive while a write is in flight are sent together in the next one", async () => {
  const held = writer();
  for (let i = 0; i < 6; i++) add(held, 1, ppp(IPV4, i, 10), i);
  await drain(held);
  assertEquals(held.writes.map(({ length }) => length), [14, 5 * 14]);
});

Deno.test("a long queue is sent in whole records, in order, in writes that TLS accepts at once", async () => {
  const held = writer();
  const sent = Array.from({ length: 300 }, (_, i): [number, number] => [i % 3, i]);
  for (const [handle, i] of sent) add(held, handle, ppp(IPV4, i), 0);
  await drain(held);
  assertEquals(held.writes.flatMap(records), sent);
  for (const { length } of held.writes) assert(length <= 65_536);
});

Deno.test("a full queue of fresh data refuses data and keeps room for control records", () => {
  const held = writer();
  while (add(held, 1, ppp(IPV4, 0, MAX_RECORD_BODY), 0)) { /* fill it */ }
  assert(held.writer.queuedBytes > DATA_LIMIT - MAX_RECORD_BODY - 4);
  assert(add(held, 1, ppp(LCP, 0, MAX_RECORD_BODY), 0));
  assert(held.writer.discovery(0, new Uint8Array(1514)));
  while (held.writer.control(6, new Uint8Array(1000))) { /* fill the reserve */ }
  assert(held.writer.queuedBytes <= DATA_LIMIT + CONTROL_RESERVE);
  assertEquals(held.dropped, []);
});

Deno.test("the number of waiting records is limited too", () => {
  const held = writer();
  let taken = 0;
  while (add(held, 1, ppp(IPV4, 0, 6), 0)) taken++;
  assertEquals(taken, MAX_RECORDS + 1); // the first is in flight
});

Deno.test("in a full queue new data replaces old data, never PPP control, and order is kept", async () => {
  const held = writer();
  let number = 0;
  for (let full = false; !full; number++) {
    full = !add(held, 1, ppp(number % 50 === 1 ? LCP : IPV4, number), 0);
  }
  for (let i = 0; i < 100; i++) assert(add(held, 1, ppp(IPV4, number++), MAX_AGE + 1));
  assert(held.dropped.length > 0 && held.dropped.every((reason) => reason === "queue-full"));
  const seen = (await drain(held)).flatMap(records).map(([, i]) => i);
  assertEquals(seen, seen.toSorted((a, b) => a - b));
  assertEquals(seen.slice(-100), Array.from({ length: 100 }, (_, i) => number - 100 + i));
  for (let i = 51; i < number - 101; i += 50) assert(seen.includes(i), `LCP frame ${i} is missing`);
});

Deno.test("bytes in flight stay intact while the queue behind them is thinned out twice", async () => {
  const held = writer();
  for (let i = 0; i < 40; i++) add(held, 1, ppp(IPV4, i), 0);
  await held.release(); // the 39 that waited are now in flight
  const inFlight = held.writes[1].slice();
  for (let now = 0; now < 2_000; now++) add(held, 1, ppp(IPV4, 1_000_000), now);
  assert(held.dropped.length > 0);
  await drain(held);
  assertEquals(records(inFlight).length, 39);
  assertEquals(held.writes[1], inFlight);
});

/** A writer whose connection completes one write every 8 ms while `flows` offer more than that. */
async function overload(flows: number[], rounds: number): Promise<HeldWriter & { behind: number }> {
  const held = writer();
  let [number, behind] = [0, 0];
  for (let now = 0; now < rounds * 8; now++) {
    for (const [handle, frames] of flows.entries()) {
      for (let i = 0; i < frames; i++) add(held, handle, ppp(IPV4, number++), now);
    }
    if (now % 8 === 7) await held.release();
    if (now === 300) behind = held.writes.length;
  }
  return { ...held, behind };
}

Deno.test("on a slow connection nothing waits long, and drops have reasons", async () => {
  const { writes, dropped, behind } = await overload([16], 80);
  assert(dropped.includes("queue-stale"));
  for (const { length } of writes.slice(behind)) assertLess(length, 16_384 + 3_200);
});

Deno.test("data may wait for as long as TCP in a session takes to react, but not for ever", async () => {
  /** The time at which the first data is dropped for its age. */
  const firstDrop = async (roundTrip: number | undefined): Promise<number> => {
    const held = writer(roundTrip);
    for (let now = 0; now < 1_000; now++) {
      // 24 KB every millisecond through a connection that takes 64 KiB every 8 ms.
      for (let i = 0; i < 16; i++) add(held, 0, ppp(IPV4, now), now);
      if (now % 8 === 7) await held.release();
      if (held.dropped.includes("queue-stale")) return now;
    }
    return Infinity;
  };
  const [near, far, liar] = [
    await firstDrop(undefined),
    await firstDrop(200),
    await firstDrop(1e6),
  ];
  assert(near > 50 && near < 120, `${near} ms`);
  assert(far > 300 && far < 400, `${far} ms`);
  assert(liar > 500 && liar < 600, `${liar} ms`);
});

Deno.test("a slow connection is shared fairly by sessions, however much each of them offers", async () => {
  const { writes, behind } = await overload([16, 2, 2, 2], 200);
  const bytes = [0, 0, 0, 0];
  for (const [handle] of writes.slice(behind).flatMap(records)) bytes[handle]++;
  const jain = bytes.reduce((a, b) => a + b) ** 2 / (4 * bytes.reduce((a, b) => a + b * b, 0));
  assert(jain > 0.95, `Jain's index is ${jain} of ${bytes}`);
});

Deno.test("on a slow connection a session that sends little loses nothing", async () => {
  const held = writer();
  let [number, sent] = [0, 0];
  for (let now = 0; now < 2_400; now++) {
    for (let i = 0; i < 16; i++) add(held, 0, ppp(IPV4, number++), now);
    if (now % 100 === 50) {
      sent++;
      add(held, 1, ppp(IPV4, number++, 100), now);
    }
    if (now % 24 === 23) await held.release(); // a write lasts longer than data may wait
  }
  await drain(held);
  assert(held.dropped.includes("queue-stale"));
  const arrived = held.writes.flatMap(records).filter(([handle]) => handle === 1).length;
  assertEquals(arrived, sent);
});

Deno.test("on a slow connection control records overtake data, and sessions keep their order", async () => {
  const held = await overload([16, 16], 60);
  held.writer.control(6, new Uint8Array(8));
  await held.release();
  const [first] = held.writes.slice(-1);
  assertEquals(first[0] >>> 6, 2);
  for (const handle of [0, 1]) {
    const own = held.writes.flatMap(records).filter(([h, i]) => h === handle && i >= 0);
    const numbers = own.map(([, i]) => i);
    assertEquals(numbers, numbers.toSorted((a, b) => a - b));
  }
});

Deno.test("a connection that has caught up gets everything in order", async () => {
  const held = await overload([16], 60);
  await drain(held);
  const before = held.dropped.length;
  for (let i = 0; i < 100; i++) add(held, i % 7, ppp(IPV4, i), 1_000);
  const writes = await drain(held);
  assertEquals(records(held.writes[held.writes.length - writes.length - 1]).length, 1);
  assertEquals(
    writes.flatMap(records).map(([, i]) => i),
    Array.from({ length: 99 }, (_, i) => i + 1),
  );
  assertEquals(held.dropped.length, before);
});

Deno.test("a failed write is reported once, and nothing is accepted after it", async () => {
  const held = writer();
  held.writer.control(6, new Uint8Array(1));
  const done = held.writer.drained();
  await held.fail(new Error("gone"));
  await done;
  assertEquals(held.failures.length, 1);
  assertEquals(held.writer.control(6, new Uint8Array(1)), false);
  assertEquals(held.writer.session(1, new Uint8Array(1), 0, 1), false);
});

Deno.test("a record queued at the moment when sending ends is not left waiting", async () => {
  const sent: number[] = [];
  const out: RecordWriter = new RecordWriter({
    outlet: {
      portion: 65_536,
      shortPortion: 16_384,
      send(bytes): Promise<number> {
        sent.push(bytes.length);
        return Promise.resolve(bytes.length);
      },
    },
    failed: () => {},
    dropped: () => {},
    now: () => 0,
  });
  // Queues a record after each of the steps that end a portion.
  for (let steps = 0; steps < 12; steps++) {
    out.control(6, new Uint8Array(1));
    out.flush();
    for (let i = 0; i < steps; i++) await undefined;
    out.control(6, new Uint8Array(2));
    out.flush();
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    assertEquals(out.queuedBytes, 0, `after ${steps} steps`);
  }
  assertEquals(sent.reduce((a, b) => a + b), 12 * (5 + 6));
});
