import { assertEquals, assertGreater, assertLess, assertMatch } from "@std/assert";
import { CODE_PADI, CODE_PADO } from "../../src/pppoe/constants.ts";
import { BROADCAST } from "../../src/pppoe/mac.ts";
import { type Pacing, pacingWarning } from "../../src/proxy/discovery/pacing.ts";
import { service, settle, uniq, within } from "./dial.ts";
import { CUSTOMER, WAN } from "./path.ts";
import { Segment, takePackets } from "./segment.ts";

Deno.test("M1: 15 customers of each of two clients get sessions from an AC that answers one PADI a second", () =>
  within({ clients: ["branch-1", "branch-2"] }, async (path) => {
    const segment = new Segment(path, 15, { padiInterval: 1_000 });
    await segment.pass(45_000);
    assertEquals([segment.online, segment.sessions.size], [30, 30]);
    assertLess(segment.padis.length, 120);
    assertEquals(path.server.pending() <= 30, true);
  }));

Deno.test("transparent: such an AC limits each customer separately, and nothing is resent", () =>
  within({ mac: "transparent" }, async (path) => {
    const segment = new Segment(path, 20, { padiInterval: 1_000 });
    await segment.pass(1_000);
    assertEquals([segment.online, segment.padis.length], [20, 20]);
  }));

Deno.test("a resent PADI is identical, and none is resent while the server drains", () =>
  within({}, async (path) => {
    const ask = (source: number) =>
      path.customers[0].send({ source, destination: BROADCAST, code: CODE_PADI, sessionId: 0 }, [
        service,
        uniq(1),
      ]);
    ask(CUSTOMER + 1);
    const other = await path.ac.packet();
    path.ac.send({ ...other, source: 0x02_a1, destination: WAN, code: CODE_PADO }, other.list);
    await settle();
    ask(CUSTOMER);
    const first = await path.ac.packet();
    path.advance(1_500);
    await settle();
    const seen = takePackets(path.ac);
    assertEquals(seen.map(({ frame }) => frame), [first.frame]);
    path.server.proxy.sessions.draining = true;
    path.advance(2_000);
    await settle();
    assertEquals(takePackets(path.ac), []);
    assertEquals(path.server.drops, { draining: 1 });
  }));

Deno.test("M1: the start of pacing is reported once, with advice, and so is its end", () => {
  const told: (Pacing | undefined)[] = [];
  return within({ paced: (pacing) => told.push(pacing) }, async (path) => {
    const { discoveries } = path.server.proxy;
    const segment = new Segment(path, 20, { padiInterval: 1_000 });
    await segment.pass(8_000);
    assertEquals(told.length, 1);
    assertGreater(told[0]?.waiting ?? 0, 5);
    assertEquals(told[0]?.interval, 1_050);
    const waiting = discoveries.pacing?.waiting ?? 0;
    assertGreater(waiting, 2);
    assertMatch(pacingWarning(discoveries.pacing) ?? "", /^\d+ customers wait.*padi-limit/);
    await segment.pass(40_000);
    assertEquals([segment.online, discoveries.pacing?.waiting, told.length], [20, 0, 1]);
    assertEquals(pacingWarning(discoveries.pacing), undefined);
    path.advance(11 * 60_000);
    path.server.proxy.sweep(30_000);
    assertEquals([told.length, told[1], discoveries.pacing], [2, undefined, undefined]);
  });
});
