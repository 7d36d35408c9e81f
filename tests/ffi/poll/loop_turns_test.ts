import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { LoopTurns, TURN_EVERY } from "../../../ffi/poll/loop_turns.ts";

Deno.test("no two turns are farther apart than 2 ms and one batch, whatever the batches", () => {
  const steps = fc.array(
    fc.record({ gap: fc.double({ min: 0, max: 5, noNaN: true }), rests: fc.boolean() }),
    { maxLength: 200 },
  );
  fc.assert(fc.property(steps, (batches) => {
    const turns = new LoopTurns();
    let time = 0;
    let last = 0;
    turns.taken(time);
    for (const { gap, rests } of batches) {
      time += gap;
      if (rests && turns.maySkip(time)) {
        turns.skipped();
        assert(turns.isOwed && time - last < TURN_EVERY);
      } else {
        turns.taken(time);
        last = time;
        assertEquals(turns.isOwed, false);
      }
    }
  }));
});

Deno.test("the first batch gets a turn", () => {
  const turns = new LoopTurns();
  assertEquals([turns.maySkip(0), turns.isOwed], [false, false]);
});
