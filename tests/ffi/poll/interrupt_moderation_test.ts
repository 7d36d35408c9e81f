import { assertEquals } from "@std/assert";
import { type Arrival, InterruptModeration } from "../../../ffi/poll/interrupt_moderation.ts";

/** How single frames at these times are classified. */
function arrivals(pace: InterruptModeration, times: readonly number[]): Arrival[] {
  return times.map((time) => pace.arrival(time, 1));
}

/** How the last of several frames, one every 1 ms, is classified. */
function last(pace: InterruptModeration, count: number, from = 1): Arrival | undefined {
  return arrivals(pace, Array.from({ length: count }, (_, i) => from + i)).at(-1);
}

Deno.test("isolated frames never cause a rest", () => {
  const pace = new InterruptModeration();
  for (let time = 1; time < 1_000; time++) {
    assertEquals(pace.arrival(time, 1) === "crowded", false);
    pace.nothingCame();
  }
});

Deno.test("the eighth isolated frame in a row, and those after it, count as alone", () => {
  assertEquals([7, 8, 9, 100].map((count) => last(new InterruptModeration(), count)), [
    "close",
    "alone",
    "alone",
    "alone",
  ]);
});

Deno.test("two close frames, or five at once, are not alone, nor are the next seven", () => {
  for (const [time, frames] of [[20.1, 1], [21, 5]] as const) {
    const pace = new InterruptModeration();
    last(pace, 20);
    assertEquals(pace.arrival(time, frames), "close");
    assertEquals(last(pace, 7, 22), "close");
    assertEquals(pace.arrival(29, 4), "alone");
  }
});

Deno.test("one frame close after another does not cause a rest, many do", () => {
  const pace = new InterruptModeration();
  assertEquals(arrivals(pace, [1, 1.1, 1.2, 1.3]), ["close", "close", "close", "close"]);
  assertEquals(arrivals(pace, [1.4, 1.8, 2.2, 2.9]), Array(4).fill("crowded"));
});

Deno.test("under load a link that wakes late still rests", () => {
  const pace = new InterruptModeration();
  arrivals(pace, [1, 1.05, 1.1, 1.15]);
  for (let time = 1.2; time < 100; time += 0.7) assertEquals(pace.arrival(time, 9), "crowded");
});

Deno.test("after a rest without frames, isolated frames wake the link immediately again", () => {
  const pace = new InterruptModeration();
  arrivals(pace, [1, 1.1, 1.2, 1.3, 1.4]);
  pace.nothingCame();
  assertEquals(arrivals(pace, [2.4, 2.5]), ["close", "close"]);
});
