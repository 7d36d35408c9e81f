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

Deno.test("a conflict about a name lasts while hosts are refused, and is over two minutes later", () => {
  let wall = 0;
  const recent = new Recent(() => wall, () => 0);
  recent.nameInUse("branch-1", "198.51.100.7:1", "203.0.113.1:1");
  wall = 100_000;
  recent.nameInUse("branch-1", "198.51.100.7:2", "203.0.113.1:1");
  wall = 219_000;
  assertEquals(recent.conflicts(), [{
    client: "branch-1",
    newcomer: "198.51.100.7:2",
    holder: "203.0.113.1:1",
    first: 0,
    last: 100_000,
  }]);
  wall = 220_000;
  assertEquals(recent.conflicts(), []);
});
