import { assertEquals } from "@std/assert";
import { Pace } from "../../ffi/pace.ts";

/** Whether a rest is due after each of the batches that begin at these times. */
function rests(pace: Pace, times: readonly number[]): boolean[] {
  return times.map((time) => pace.isRestDue(time));
}

Deno.test("frames that come apart never lead to a rest", () => {
  const pace = new Pace();
  for (let time = 1; time < 1_000; time++) {
    assertEquals(pace.isRestDue(time), false);
    pace.nothingCame();
  }
});

Deno.test("a frame soon after another does not lead to a rest, many do", () => {
  const pace = new Pace();
  assertEquals(rests(pace, [1, 1.1, 1.2, 1.3]), [false, false, false, false]);
  assertEquals(rests(pace, [1.4, 1.8, 2.2, 2.9]), [true, true, true, true]);
});

Deno.test("under load a link that wakes up late rests all the same", () => {
  const pace = new Pace();
  rests(pace, [1, 1.05, 1.1, 1.15]);
  for (let time = 1.2; time < 100; time += 0.7) assertEquals(pace.isRestDue(time), true);
});

Deno.test("when nothing came while it rested, frames that come apart wake it at once again", () => {
  const pace = new Pace();
  rests(pace, [1, 1.1, 1.2, 1.3, 1.4]);
  pace.nothingCame();
  assertEquals(rests(pace, [2.4, 2.5]), [false, false]);
});
