import { assertEquals } from "@std/assert";
import { Recent } from "../../src/daemon/recent.ts";

Deno.test("a condition has the time since when it holds without a break", () => {
  let wall = 1_000;
  const recent = new Recent(() => wall, () => 0);
  assertEquals(recent.holds("draining", false), undefined);
  assertEquals(recent.holds("draining", true), 1_000);
  wall = 5_000;
  assertEquals(recent.holds("draining", true), 1_000);
  assertEquals(recent.holds("draining", false), undefined);
  assertEquals(recent.holds("draining", true), 5_000);
});
