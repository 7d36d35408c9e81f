import { assert, assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import {
  KIND_CONTROL,
  KIND_DISCOVERY,
  KIND_SESSION,
  MAX_RECORD_BODY,
} from "../../../src/tunnel/record/record.ts";
import { OWN_LIMIT, SESSION_CONTROL_LIMIT } from "../../../src/tunnel/record/queue_shares.ts";
import { MAX_AGE, RecordQueue } from "../../../src/tunnel/record/record_queue.ts";
import { cpuTime } from "../../cpu_time.ts";
import { IPV4, LCP, numberedBody, recordsOf } from "../numbered_records.ts";
import { QueueModel, RECORD_TYPES } from "../record_queue_model.ts";

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("add" as const),
      what: fc.constantFrom(...RECORD_TYPES),
      handle: fc.integer({ min: 1, max: 4 }),
      sessions: fc.constantFrom(1, 1, 1, 900),
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

Deno.test("H1: in any use a queue keeps order, limits, control records and its cost", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const model = new QueueModel();
      for (const step of steps) model.take(step);
      model.drain();
    }),
    { numRuns: 200 },
  );
});

Deno.test("H1: 70,000 undroppable records for a peer that does not read are refused at no cost", () => {
  const queue = new RecordQueue(() => {});
  const pong = new Uint8Array(0);
  for (let i = 0; i < 350; i++) {
    queue.add(KIND_SESSION, 1, numberedBody(IPV4, i, 1_500), 0, 1_500, 0);
  }
  let taken = 0;
  const cost = cpuTime(() => {
    for (let i = 0; i < 70_000; i++) {
      if (queue.add(KIND_CONTROL, 7, pong, 0, 0, 100 + i)) taken++;
      queue.add(KIND_DISCOVERY, 0, pong, 0, 0, 100 + i);
      queue.add(KIND_SESSION, 2, numberedBody(LCP, i, 8), 0, 8, 100 + i);
    }
  });
  assertLess(cost, 1_000);
  assertLessOrEqual(taken, OWN_LIMIT / 32);
  assertLess(queue.copied, 2 * 210_000 * 32);
});

Deno.test("H1: a full queue of many sessions is rarely thinned out, however much is offered", () => {
  const queue = new RecordQueue(() => {});
  let offered = 0;
  for (let now = 0; now < 100; now++) {
    for (let handle = 1; handle <= 2_000; handle++, offered++) {
      queue.add(KIND_SESSION, handle, numberedBody(IPV4, now, 250), 0, 250, now);
    }
  }
  assertLess(queue.copied, 4 * offered * 254);
});

/** A path that carries `portion` bytes every 25 ms; `offer` is called every millisecond. */
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
    seen.push(...recordsOf(queue.takeFairly(portion, now - MAX_AGE)));
  }
  return seen;
}

Deno.test("C2: 20,000 LCP packets per second cost other sessions nothing and are limited", () => {
  const reasons = new Map<string, number>();
  const queue = new RecordQueue((reason) => reasons.set(reason, (reasons.get(reason) ?? 0) + 1));
  let [number, sent, peak] = [0, 0, 0];
  const seen = slowPath(queue, 16 * 1024, 5_000, (now) => { // 5 Mbit/s
    for (let i = 0; i < 20; i++) {
      queue.add(KIND_SESSION, 1, numberedBody(LCP, number++, 40), 0, 40, now);
    }
    if (
      now % 10 === 0 && queue.add(KIND_SESSION, 2, numberedBody(IPV4, number++, 500), 0, 500, now)
    ) {
      sent++;
    }
    peak = Math.max(peak, queue.waiting);
  });
  assertEquals(sent, 500);
  assertLessOrEqual(500 - seen.filter(({ handle }) => handle === 2).length, 5); // the last ones still wait
  assertLessOrEqual(peak, SESSION_CONTROL_LIMIT + 64 * 1024);
  assertEquals([...reasons.keys()], ["control-excess"]);
});

Deno.test("C2: sixteen sessions that flood LCP leave room for another session's login", () => {
  const queue = new RecordQueue(() => {});
  let [number, sent] = [0, 0];
  const seen = slowPath(queue, 16 * 1024, 3_000, (now) => {
    for (let handle = 1; handle <= 16; handle++) {
      for (let i = 0; i < 20; i++) {
        queue.add(KIND_SESSION, handle, numberedBody(LCP, number++, 40), 0, 40, now);
      }
    }
    if (now % 50 !== 0) return;
    for (const [handle, what] of [[20, LCP], [21, IPV4]]) {
      if (queue.add(KIND_SESSION, handle, numberedBody(what, number++, 100), 0, 100, now)) sent++;
    }
    if (queue.add(KIND_DISCOVERY, 0, numberedBody(0, number++, 60), 0, 60, now)) sent++;
    if (queue.add(KIND_CONTROL, 6, numberedBody(0, number++, 8), 0, 8, now)) sent++;
  });
  assertEquals(sent, 240);
  const arrived = seen.filter(({ handle }) => [0, 6, 20, 21].includes(handle)).length;
  assertLessOrEqual(sent - arrived, 12);
});

Deno.test("C2: a flood that fills the queue in a moment leaves other sessions their share", () => {
  const queue = new RecordQueue(() => {});
  let [number, sent] = [0, 0];
  const seen = slowPath(queue, 16 * 1024, 2_000, (now) => {
    for (let i = 0; i < 100; i++) { // 1.2 Gbit/s
      queue.add(KIND_SESSION, 1, numberedBody(IPV4, number++, 1_500), 0, 1_500, now);
    }
    if (
      now % 20 === 0 && queue.add(KIND_SESSION, 2, numberedBody(IPV4, number++, 500), 0, 500, now)
    ) {
      sent++;
    }
  });
  assertEquals(sent, 100);
  assert(sent - seen.filter(({ handle }) => handle === 2).length <= 4);
  assertLess(queue.copied, 4 * number * 1_504);
});

Deno.test("C2: a session that sends less than its share loses nothing, however rare the takes", () => {
  const reasons = new Map<string, number>();
  const queue = new RecordQueue((reason) => reasons.set(reason, (reasons.get(reason) ?? 0) + 1));
  let [number, sent] = [0, 0];
  const seen = [];
  for (let now = 0; now < 6_000; now++) {
    for (let i = 0; i < 20; i++) {
      queue.add(KIND_SESSION, 1, numberedBody(LCP, number++, 64), 0, 64, now);
    }
    if (
      now % 2 === 0 && queue.add(KIND_SESSION, 2, numberedBody(IPV4, number++, 100), 0, 100, now)
    ) sent++;
    if (now % 100 !== 99) continue;
    queue.sent();
    seen.push(...recordsOf(queue.takeFairly(16 * 1024, now - MAX_AGE)));
  }
  const arrived = seen.filter(({ handle }) => handle === 2).length;
  assertEquals([sent, arrived], [3_000, 3_000]);
  assertEquals([...reasons.keys()], ["control-excess"]);
});
