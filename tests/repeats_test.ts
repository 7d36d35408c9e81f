import { assertEquals } from "@std/assert";
import { Repeats } from "../src/repeats.ts";

Deno.test("equal lines are due at growing distance, and at once after what went on has ended", () => {
  let time = 0;
  const repeats = new Repeats(() => time);
  const due: number[] = [];
  for (; time < 4_000_000; time += 1_000) if (repeats.isDue("a")) due.push(time / 1_000);
  assertEquals(due.slice(0, 9), [0, 10, 30, 70, 150, 310, 630, 1_230, 1_830]);
  assertEquals([repeats.isDue("a"), repeats.isDue("b")], [false, true]);
  repeats.clear();
  assertEquals(repeats.isDue("a"), true);
});

Deno.test("at most 64 keys are remembered: the one with the oldest line is forgotten first", () => {
  const repeats = new Repeats(() => 0);
  for (let key = 0; key < 1_000; key++) repeats.isDue(`${key}`);
  const remembered = Array.from({ length: 1_000 }, (_, key) => key).reverse()
    .findIndex((key) => repeats.isDue(`${key}`));
  assertEquals(remembered, 64);
});
