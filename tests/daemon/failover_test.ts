import { assertEquals } from "@std/assert";
import { Failover } from "../../src/daemon/failover.ts";

const options = { failoverAfter: 10_000, failbackAfter: 600_000 };

Deno.test("without a previous server, all are tried in turn, from the preferred one", () => {
  const choice = new Failover(3, options);
  assertEquals([0, 1, 2, 3].map((now) => choice.next(now)), [0, 1, 2, 0]);
});

Deno.test("while sessions are held, only their server is tried for a time", () => {
  const choice = new Failover(3, options);
  choice.connected(1);
  choice.lost(1_000, true);
  assertEquals([1_000, 5_000, 10_999].map((now) => choice.next(now)), [1, 1, 1]);
  assertEquals([11_000, 12_000, 13_000].map((now) => choice.next(now)), [0, 1, 2]);
});

Deno.test("after a tunnel without sessions, any server may be next", () => {
  const choice = new Failover(2, options);
  choice.connected(1);
  choice.lost(0, false);
  assertEquals([choice.next(0), choice.next(0)], [0, 1]);
});

Deno.test("servers of higher preference are tried periodically, unless that is disabled", () => {
  const choice = new Failover(3, options);
  assertEquals(choice.better(0), undefined);
  assertEquals(choice.better(2), { servers: [0, 1], after: 600_000 });
  assertEquals(new Failover(2, { ...options, failbackAfter: 0 }).better(1), undefined);
});
