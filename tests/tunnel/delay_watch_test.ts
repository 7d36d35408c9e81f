import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { DelayWatch } from "../../src/tunnel/delay_watch.ts";

/** How often pings, each sent after the answer to the last, show a longer path. */
function noticed(...trips: number[]): number {
  const watch = new DelayWatch();
  let now = 0;
  return trips.filter((trip) => watch.measured(trip, now += trip)).length;
}

Deno.test("Q1: a path that stays longer is noticed at the third round trip, and only then", () => {
  assertEquals(noticed(2, 42, 42), 0);
  assertEquals(noticed(2, 42, 42, 42), 1);
  assertEquals(noticed(2, 42, 42, 42, 42, 300), 1);
  assertEquals(noticed(40, 2, 42, 41, 40), 1);
  assertEquals(noticed(20, 220, 221, 222), 1);
  assertEquals(noticed(600, 1_900, 1_900, 1_900), 1);
});

Deno.test("Q1: a round trip that waited, a full queue of ours and a shorter path are not noticed", () => {
  assertEquals(noticed(2, 200, 3, 180, 2), 0);
  assertEquals(noticed(2, 32, 37, 38, 37), 0);
  assertEquals(noticed(200, 40, 2, 2), 0);
  assertEquals(noticed(600, 1_300, 1_500, 1_700, 1_400), 0);
  fc.assert(fc.property(fc.array(fc.double({ min: 100, max: 230, noNaN: true })), (trips) => {
    assertEquals(noticed(...trips), 0);
  }));
});

Deno.test("Q5: pings that one lost packet delays together count as one", () => {
  const watch = new DelayWatch();
  assertEquals(watch.measured(100, 100), false);
  // Sent at 200, 300, … 600; all answered when the lost packet has come, at 1,000.
  for (const sentAt of [200, 300, 400, 500, 600]) {
    assertEquals(watch.measured(1_000 - sentAt, 1_000), false);
  }
  assertEquals(watch.measured(400, 1_500), false);
  assertEquals(watch.measured(400, 2_000), true);
});

Deno.test("a path whose queue is full gets no more than four connections at once, then one a minute", () => {
  const watch = new DelayWatch();
  let [now, renewals, earliest] = [0, 0, Infinity];
  // A new connection's first round trip is short each time, as its predecessor's queue is gone.
  const tries = (until: number): number => {
    renewals = 0;
    while (now < until) {
      watch.begin();
      for (const trip of [10, 900, 900, 900, 900]) {
        if (!watch.measured(trip, now += trip)) continue;
        renewals++;
        earliest = Math.min(earliest, now);
      }
    }
    return renewals;
  };
  assertEquals(tries(20_000), 4);
  assert(earliest < 3_000);
  const anHour = tries(3_620_000);
  assert(anHour >= 59 && anHour <= 61, `${anHour}`);
});

Deno.test("a longer path that had to wait for its new connection gets it then", () => {
  const watch = new DelayWatch();
  let now = 0;
  for (let n = 0; n < 4; n++) {
    watch.begin();
    for (const trip of [2, 42, 42, 42]) watch.measured(trip, now += trip);
  }
  watch.begin();
  watch.measured(2, now);
  let [waited, asked] = [0, 0];
  while (waited < 120_000) {
    waited += 1_000;
    if (watch.measured(42, now + waited)) asked ||= waited;
  }
  assert(asked > 50_000 && asked <= 61_000, `${asked}`);
});
