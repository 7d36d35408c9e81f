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

Deno.test("an interface that is renamed while it is down has been down since before that", () => {
  const clock = { now: 1_000 };
  const recent = new Recent(() => clock.now, () => clock.now);
  recent.interfaceState(false, "interface down");
  clock.now = 9_000;
  recent.interfaceState(false, 'interface renamed to "eth7"');
  assertEquals(recent.interfaceDown, { since: 1_000, reason: 'interface renamed to "eth7"' });
  recent.interfaceState(true, "interface up");
  assertEquals(recent.interfaceDown, undefined);
});
