import { assert, assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import {
  KIND_CONTROL,
  KIND_DISCOVERY,
  KIND_SESSION,
  MAX_RECORD_BODY,
  RECORD_HEADER,
} from "../../src/tunnel/record.ts";
import {
  CONTROL_RESERVE,
  DATA_LIMIT,
  OWN_LIMIT,
  SESSION_CONTROL_LIMIT,
  weightOf,
} from "../../src/tunnel/queue_shares.ts";
import { MAX_AGE, RecordQueue } from "../../src/tunnel/record_queue.ts";

const IPV4 = 0x0021;
const LCP = 0xc021;

/** A body that begins with a PPP protocol and bears a number. */
function body(protocol: number, number: number, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(8, length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, protocol);
  view.setUint32(4, number);
  return bytes;
}

/** Kind, handle and number of each record. */
function records(bytes: Uint8Array): { kind: number; handle: number; number: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const seen = [];
  for (let at = 0; at < bytes.length;) {
    const header = view.getUint32(at);
    const number = view.getUint32(at + RECORD_HEADER + 4);
    seen.push({ kind: header >>> 30, handle: header & 0xffff, number });
    at += RECORD_HEADER + (header >>> 16 & MAX_RECORD_BODY);
  }
  return seen;
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("add" as const),
      what: fc.constantFrom("data", "lcp", "discovery", "end", "control"),
      handle: fc.integer({ min: 1, max: 4 }),
      count: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constant(900)),
      length: fc.oneof(
        fc.integer({ min: 8, max: 1_500 }),
        fc.constantFrom(8, 1_500, MAX_RECORD_BODY),
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("take" as const, "takeFairly" as const),
      max: fc.constantFrom(16 * 1024, 64 * 1024),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("sent" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("wait" as const), time: fc.constantFrom(1, 5, 20) }),
  },
);

const KINDS = {
  data: KIND_SESSION,
  lcp: KIND_SESSION,
  discovery: KIND_DISCOVERY,
  end: KIND_DISCOVERY,
  control: KIND_CONTROL,
};

Deno.test("H1: whatever is done to a queue, order, bounds, control and its cost hold", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      let [now, number, offered, added, taken, dropped] = [0, 0, 0, 0, 0, 0];
      let [inFlight, copy]: Uint8Array[] = [new Uint8Array(0), new Uint8Array(0)];
      const queue = new RecordQueue(() => dropped++);
      const last = new Map<string, number>();
      const urgent = new Set<number>();
      const take = (bytes: Uint8Array): void => {
        inFlight = bytes;
        copy = bytes.slice();
        for (const { kind, handle, number } of records(bytes)) {
          taken++;
          const flow = kind === KIND_CONTROL ? "control" : String(handle);
          assertLess(last.get(flow) ?? -1, number, `order of ${flow}`);
          last.set(flow, number);
          urgent.delete(number);
        }
      };
      for (const one of steps) {
        if (one.do === "wait") now += one.time;
        else if (one.do === "sent") {
          queue.sent();
          inFlight = copy = new Uint8Array(0);
        } else if (one.do === "add") {
          const handle = one.what === "discovery" ? 0 : one.what === "control" ? 6 : one.handle;
          for (let i = 0; i < one.count; i++) {
            const bytes = body(one.what === "lcp" ? LCP : IPV4, number, one.length);
            offered += weightOf(RECORD_HEADER + bytes.length);
            if (!queue.add(KINDS[one.what], handle, bytes, 0, bytes.length, now)) continue;
            added++;
            if (KINDS[one.what] !== KIND_SESSION) urgent.add(number);
            number++;
          }
        } else {
          queue.sent(); // nothing may be in flight
          take(one.do === "take" ? queue.take(one.max) : queue.takeFairly(one.max, now - MAX_AGE));
        }
        assertEquals(inFlight, copy, "what is in flight stays as it is");
        assertLessOrEqual(queue.waiting, DATA_LIMIT + CONTROL_RESERVE);
        assertLessOrEqual(queue.copied, 1_000_000 + 7 * offered, "bytes copied for each");
      }
      const before = dropped;
      for (let turn = 0; queue.waiting > 0; turn++) {
        queue.sent();
        take(turn % 3 === 0 ? queue.take(65_536) : queue.takeFairly(16_384, -Infinity));
      }
      assertEquals(dropped, before, "nothing fresh is dropped while it drains");
      assertEquals([...urgent], [], "control or discovery was lost");
      assertEquals(taken + dropped, added);
    }),
    { numRuns: 200 },
  );
});

Deno.test("H1: 70,000 records that nobody reads and may not be dropped are refused, at no cost", () => {
  const queue = new RecordQueue(() => {});
  const pong = new Uint8Array(0);
  for (let i = 0; i < 350; i++) queue.add(KIND_SESSION, 1, body(IPV4, i, 1_500), 0, 1_500, 0);
  const began = performance.now();
  let taken = 0;
  for (let i = 0; i < 70_000; i++) {
    if (queue.add(KIND_CONTROL, 7, pong, 0, 0, 100 + i)) taken++;
    queue.add(KIND_DISCOVERY, 0, pong, 0, 0, 100 + i);
    queue.add(KIND_SESSION, 2, body(LCP, i, 8), 0, 8, 100 + i);
  }
  assertLess(performance.now() - began, 1_000);
  assertLessOrEqual(taken, OWN_LIMIT / 32);
  assertLess(queue.copied, 2 * 210_000 * 32);
});

Deno.test("H1: a full queue of many sessions is thinned out seldom, however often it is offered more", () => {
  const queue = new RecordQueue(() => {});
  let offered = 0;
  for (let now = 0; now < 100; now++) {
    for (let handle = 1; handle <= 2_000; handle++, offered++) {
      queue.add(KIND_SESSION, handle, body(IPV4, now, 250), 0, 250, now);
    }
  }
  assertLess(queue.copied, 4 * offered * 254);
});

/** A path that takes `portion` bytes every 25 ms; `offer` is called for every ms. */
function slowPath(
  queue: RecordQueue,
  portion: number,
  duration: number,
  offer: (now: number) => void,
): { handle: number; number: number }[] {
  const seen = [];
  for (let now = 0; now < duration; now++) {
    offer(now);
    if (now % 25 !== 24) continue;
    queue.sent();
    seen.push(...records(queue.takeFairly(portion, now - MAX_AGE)));
  }
  return seen;
}

Deno.test("C2: LCP at 20,000 a second costs another session nothing, and its own is bounded", () => {
  const reasons = new Map<string, number>();
  const queue = new RecordQueue((reason) => reasons.set(reason, (reasons.get(reason) ?? 0) + 1));
  let [number, sent, peak] = [0, 0, 0];
  const seen = slowPath(queue, 16 * 1024, 5_000, (now) => { // 5 Mbit/s
    for (let i = 0; i < 20; i++) queue.add(KIND_SESSION, 1, body(LCP, number++, 40), 0, 40, now);
    if (now % 10 === 0 && queue.add(KIND_SESSION, 2, body(IPV4, number++, 500), 0, 500, now)) {
      sent++;
    }
    peak = Math.max(peak, queue.waiting);
  });
  assertEquals(sent, 500);
  assertLessOrEqual(500 - seen.filter(({ handle }) => handle === 2).length, 5); // the last wait yet
  assertLessOrEqual(peak, SESSION_CONTROL_LIMIT + 64 * 1024);
  assertEquals([...reasons.keys()], ["control-excess"]);
});

Deno.test("C2: sixteen sessions that flood with LCP leave room for the login of another", () => {
  const queue = new RecordQueue(() => {});
  let [number, sent] = [0, 0];
  const seen = slowPath(queue, 16 * 1024, 3_000, (now) => {
    for (let handle = 1; handle <= 16; handle++) {
      for (let i = 0; i < 20; i++) {
        queue.add(KIND_SESSION, handle, body(LCP, number++, 40), 0, 40, now);
      }
    }
    if (now % 50 !== 0) return;
    for (const [handle, what] of [[20, LCP], [21, IPV4]]) {
      if (queue.add(KIND_SESSION, handle, body(what, number++, 100), 0, 100, now)) sent++;
    }
    if (queue.add(KIND_DISCOVERY, 0, body(0, number++, 60), 0, 60, now)) sent++;
    if (queue.add(KIND_CONTROL, 6, body(0, number++, 8), 0, 8, now)) sent++;
  });
  assertEquals(sent, 240);
  const arrived = seen.filter(({ handle }) => [0, 6, 20, 21].includes(handle)).length;
  assertLessOrEqual(sent - arrived, 12);
});

Deno.test("C2: a flood at a rate that fills the queue within a moment leaves others their share", () => {
  const queue = new RecordQueue(() => {});
  let [number, sent] = [0, 0];
  const seen = slowPath(queue, 16 * 1024, 2_000, (now) => {
    for (let i = 0; i < 100; i++) { // 1.2 Gbit/s
      queue.add(KIND_SESSION, 1, body(IPV4, number++, 1_500), 0, 1_500, now);
    }
    if (now % 20 === 0 && queue.add(KIND_SESSION, 2, body(IPV4, number++, 500), 0, 500, now)) {
      sent++;
    }
  });
  assertEquals(sent, 100);
  assert(sent - seen.filter(({ handle }) => handle === 2).length <= 4);
  assertLess(queue.copied, 4 * number * 1_504);
});
