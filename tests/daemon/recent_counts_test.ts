import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { RECENT, RecentCounts } from "../../src/daemon/recent_counts.ts";

const MINUTE = 60_000;

Deno.test("a count is recent for an hour, with the times of its first and last rise", () => {
  let now = 5_000;
  const recent = new RecentCounts(() => now);
  recent.sample({ "padi-rate": 0 });
  assertEquals(recent.counts(), {});
  recent.sample({ "padi-rate": 7 });
  now += 10 * MINUTE;
  recent.sample({ "padi-rate": 8, "queue-full": 2 });
  recent.sample({ "padi-rate": 8, "queue-full": 2 });
  assertEquals(recent.counts(), {
    "padi-rate": { count: 8, first: 5_000, last: now },
    "queue-full": { count: 2, first: now, last: now },
  });
  now += 51 * MINUTE;
  assertEquals(recent.counts()["padi-rate"], {
    count: 1,
    first: now - 51 * MINUTE,
    last: now - 51 * MINUTE,
  });
  now += 10 * MINUTE;
  assertEquals(recent.counts(), {});
});

Deno.test("whatever rises when, no more than the last hour is counted, and nothing of it is missed", () => {
  const step = fc.record({ wait: fc.integer({ min: 0, max: 20 * MINUTE }), rise: fc.nat(5) });
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    let [now, total] = [0, 0];
    const recent = new RecentCounts(() => now);
    const rises: { at: number; rise: number }[] = [];
    for (const { wait, rise } of steps) {
      now += wait;
      total += rise;
      recent.sample({ name: total });
      if (rise > 0) rises.push({ at: now, rise });
      const sum = (from: number) =>
        rises.filter(({ at }) => at > from).reduce((all, each) => all + each.rise, 0);
      const { count } = recent.counts().name ?? { count: 0 };
      assert(count >= sum(now - RECENT) && count <= sum(now - RECENT - MINUTE));
    }
  }));
});

Deno.test("a name that rises every second for a day takes no more than an hour's memory", () => {
  let now = 0;
  const recent = new RecentCounts(() => now);
  for (let second = 1; second <= 86_400; second++) {
    now = second * 1_000;
    recent.sample({ name: second });
  }
  const { count, first } = recent.counts().name;
  assert(count >= 3_600 && count <= 3_661, String(count));
  assert(now - first <= RECENT + MINUTE);
});
