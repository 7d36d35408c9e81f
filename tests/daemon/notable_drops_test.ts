import { assertEquals } from "@std/assert";
import { DropLog, NOTABLE } from "../../src/daemon/notable_drops.ts";
import { DROP_REASONS } from "../../src/messages/catalogue.ts";

function recent(count: number) {
  return { count, first: 0, last: 0 };
}

Deno.test("a reason is logged when it needs attention, and again only after an hour without it", () => {
  const lines: [string, number, string | undefined][] = [];
  const log = new DropLog(({ reason, count, remedy }) => lines.push([reason, count, remedy]));
  log.look("wan0", { "frame-too-long": recent(3), "queue-stale": recent(999) }, undefined);
  log.look("wan0", { "frame-too-long": recent(9), "queue-stale": recent(999) }, undefined);
  assertEquals(lines, [["frame-too-long", 3, DROP_REASONS["frame-too-long"].action]]);
  log.look("wan0", { "queue-stale": recent(1_000), "not-for-us": recent(1_000_000) }, recent(2));
  assertEquals(lines.slice(1).map(([reason, count]) => [reason, count]), [
    ["queue-stale", 1_000],
    ["kernel", 2],
  ]);
  log.look("wan0", { "frame-too-long": recent(1) }, undefined);
  assertEquals(lines.slice(3).map(([reason]) => reason), ["frame-too-long"]);
});

Deno.test("frames that the kernel joined are logged with the interface, and the command for it", () => {
  const lines: object[] = [];
  new DropLog((facts) => lines.push(facts)).look(
    "wan0",
    { "receive-joined": recent(2) },
    undefined,
  );
  const { meaning } = DROP_REASONS["receive-joined"];
  assertEquals(lines, [{
    ...{ interface: "wan0", count: 2, reason: "receive-joined", meaning },
    remedy: "Turn it off: `ethtool -K wan0 gro off lro off`.",
  }]);
});

Deno.test("every drop that needs attention is a drop reason with something to do", () => {
  const reasons = Object.values(NOTABLE).flatMap((least) => Object.keys(least));
  assertEquals(reasons.filter((reason) => DROP_REASONS[reason]?.action === undefined), []);
});
