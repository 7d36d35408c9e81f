import { assertEquals, assertLess } from "@std/assert";
import { CODE_PADI, CODE_PADO } from "../../src/pppoe/constants.ts";
import { BROADCAST } from "../../src/pppoe/mac.ts";
import { service, settle, uniq, within } from "./dial.ts";
import { CUSTOMER, WAN } from "./path.ts";
import { Segment, takePackets } from "./segment.ts";

Deno.test("M1: 15 customers of each of two clients get in at an AC that answers one PADI a second", () =>
  within({ clients: ["branch-1", "branch-2"] }, async (path) => {
    const segment = new Segment(path, 15, { padiInterval: 1_000 });
    await segment.pass(45_000);
    assertEquals([segment.online, segment.sessions.size], [30, 30]);
    assertLess(segment.padis.length, 120);
    assertEquals(path.server.pending() <= 30, true);
  }));

Deno.test("transparent: each customer has its own second at such an AC, and nothing is sent again", () =>
  within({ mac: "transparent" }, async (path) => {
    const segment = new Segment(path, 20, { padiInterval: 1_000 });
    await segment.pass(1_000);
    assertEquals([segment.online, segment.padis.length], [20, 20]);
  }));

Deno.test("a PADI that is sent again is the same, and not sent while the server drains", () =>
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
