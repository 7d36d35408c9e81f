import { assertEquals } from "@std/assert";
import { EventOrder } from "../../../src/cli/remote/event_order.ts";

function shown(order: EventOrder, ...numbers: number[]): number[] {
  return numbers.filter((number) => order.isNew({ number }));
}

Deno.test("events that come again are shown once, and those of a new process from its first", () => {
  const order = new EventOrder();
  order.begin("1 at noon");
  assertEquals(shown(order, 3, 4), [3, 4]);
  order.begin("1 at noon");
  assertEquals(shown(order, 3, 4, 5), [5]);
  order.begin("1 at one");
  assertEquals(shown(order, 1, 2, 5, 5), [1, 2, 5]);
});
