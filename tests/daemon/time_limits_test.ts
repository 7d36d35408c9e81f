import { assertEquals } from "@std/assert";
import { TimeLimits } from "../../src/daemon/time_limits.ts";

/**
 * Returns limits, and a promise that resolves with the expired things when `count` of them have.
 */
function limits(count: number) {
  const { promise, resolve } = Promise.withResolvers<string[]>();
  const expired: string[] = [];
  const all = new TimeLimits<string>(() => performance.now(), (thing) => {
    expired.push(thing);
    if (expired.length === count) resolve(expired);
  });
  return { all, promise };
}

Deno.test("things that last too long expire once, in any order, and those that have ended never do", async () => {
  const { all, promise } = limits(3);
  all.begin("long", 60);
  all.begin("ended", 20);
  all.begin("short", 5);
  all.begin("middle", 10_000);
  all.begin("middle", 30); // starts again
  all.end("ended");
  // A timer that is late finds several overdue, in no particular order.
  assertEquals((await promise).toSorted(), ["long", "middle", "short"]);
});

Deno.test("a limit that starts while another expires holds too", async () => {
  const expired: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const all: TimeLimits<string> = new TimeLimits(() => performance.now(), (thing) => {
    expired.push(thing);
    if (thing === "first") all.begin("second", 5);
    else resolve();
  });
  all.begin("first", 5);
  await promise;
  assertEquals(expired, ["first", "second"]);
});

Deno.test("no timer is left when everything has ended", () => {
  const { all } = limits(1);
  all.begin("one", 60_000);
  all.begin("other", 30_000);
  all.end("one");
  all.end("other"); // otherwise this test would leak a timer
});
