import { assertEquals } from "@std/assert";
import { LineLimit } from "../src/line_limit.ts";

Deno.test("one record per key and second is logged, and the next one has the suppressed count", () => {
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

Deno.test("the number of keys is bounded, and the least recently logged key is evicted", () => {
  const limiter = new LineLimit(() => 0);
  let emitted = 0;
  for (let key = 0; key <= 256; key++) limiter.log(String(key), () => emitted++);
  assertEquals(emitted, 257);
  limiter.log("256", () => emitted++);
  assertEquals(emitted, 257);
  limiter.log("0", () => emitted++);
  assertEquals(emitted, 258);
});

Deno.test("after a quiet period a burst of records is logged, and the rest is counted", () => {
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
