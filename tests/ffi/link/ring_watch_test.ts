import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { RingWatch } from "../../../ffi/link/ring_watch.ts";

Deno.test("G1: a ring is stuck if it was empty, accepted nothing and frames were dropped", () => {
  const watch = new RingWatch();
  const looks: [accepted: number, dropped: number, isEmpty: boolean, isStuck: boolean][] = [
    [0, 5, true, false], // the ring may have been full before
    [3, 0, true, false],
    [2, 1, true, false],
    [0, 0, true, false],
    [0, 1, true, true],
    [0, 9, true, true],
    [0, 0, true, true], // another look at once: no frame has come in between
    [1, 9, false, false],
    [0, 9, true, false],
    [0, 9, false, false], // it was filled while the kernel read the counts
    [4, 0, true, false],
  ];
  for (const [accepted, dropped, isEmpty, isStuck] of looks) {
    watch.look({ accepted, dropped }, isEmpty);
    assertEquals(watch.isStuck, isStuck);
  }
});

Deno.test("G1, property: a ring that works is never taken for a stuck one", () => {
  const step = fc.record({ arrived: fc.nat(20), drained: fc.nat(20), looks: fc.boolean() });
  fc.assert(fc.property(fc.integer({ min: 1, max: 8 }), fc.array(step), (slots, steps) => {
    const watch = new RingWatch();
    let [used, accepted, dropped] = [0, 0, 0];
    for (const { arrived, drained, looks } of steps) {
      const fitted = Math.min(arrived, slots - used);
      [used, accepted, dropped] = [used + fitted, accepted + fitted, dropped + arrived - fitted];
      used -= Math.min(used, drained);
      if (!looks) continue;
      watch.look({ accepted, dropped }, used === 0);
      assertEquals(watch.isStuck, false);
      [accepted, dropped] = [0, 0];
    }
  }));
});
