import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { DelayWatch } from "../../src/tunnel/delay_watch.ts";

function noticed(...trips: number[]): number {
  const watch = new DelayWatch();
  return trips.filter((trip) => watch.measured(trip)).length;
}

Deno.test("Q1: a path that stays longer is noticed at the second round trip, and only then", () => {
  assertEquals(noticed(2, 42), 0);
  assertEquals(noticed(2, 42, 42), 1);
  assertEquals(noticed(2, 42, 42, 42, 300), 1);
  assertEquals(noticed(40, 2, 42, 41), 1);
  assertEquals(noticed(20, 220, 221), 1);
});

Deno.test("Q1: a round trip that waited, a full queue of ours and a shorter path are not noticed", () => {
  assertEquals(noticed(2, 200, 3, 180, 2), 0);
  assertEquals(noticed(2, 32, 37, 38, 37), 0);
  assertEquals(noticed(200, 40, 2, 2), 0);
  fc.assert(fc.property(fc.array(fc.double({ min: 100, max: 170, noNaN: true })), (trips) => {
    assertEquals(noticed(...trips), 0);
  }));
});
