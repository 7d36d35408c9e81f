import { assertEquals } from "@std/assert";
import { LineLimit } from "../src/line_limit.ts";

Deno.test("one record a key and second is let through, and the next tells what was left out", () => {
  let now = 0;
  const limiter = new LineLimit(() => now);
  const seen: string[] = [];
  const log = (key: string): void => limiter.log(key, (count) => seen.push(`${key}${count}`));
  log("a");
  log("a");
  log("b");
  now = 999;
  log("a");
  assertEquals(seen, ["a0", "b0"]);
  now = 1_000;
  log("a");
  log("a");
  now = 2_000;
  log("a");
  assertEquals(seen, ["a0", "b0", "a2", "a1"]);
});

Deno.test("the keys of the limiter are bounded, and the longest silent one is forgotten", () => {
  const limiter = new LineLimit(() => 0);
  let emitted = 0;
  for (let key = 0; key <= 256; key++) limiter.log(String(key), () => emitted++);
  assertEquals(emitted, 257);
  limiter.log("256", () => emitted++);
  assertEquals(emitted, 257);
  limiter.log("0", () => emitted++);
  assertEquals(emitted, 258);
});

Deno.test("after a quiet time several records pass at once, and what follows is counted", () => {
  let now = 0;
  const limiter = new LineLimit(() => now, 3);
  const seen: number[] = [];
  const log = (times: number): void => {
    for (let i = 0; i < times; i++) limiter.log("a", (suppressed) => seen.push(suppressed));
  };
  log(217);
  assertEquals(seen, [0, 0, 0]);
  now = 1_000;
  log(2);
  assertEquals(seen, [0, 0, 0, 214]);
  now = 60_000;
  log(4);
  assertEquals(seen, [0, 0, 0, 214, 1, 0, 0]);
});
