import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADS,
  TAG_AC_NAME,
  TAG_AC_SYSTEM_ERROR,
  TAG_HOST_UNIQ,
} from "../../../src/pppoe/constants.ts";
import { BROADCAST, type Mac } from "../../../src/pppoe/mac.ts";
import { findTag } from "../../../src/pppoe/tags.ts";
import { acName, dial, service, settle, uniq, within } from "../dial.ts";
import { until } from "../../until.ts";
import { AC, CUSTOMER, WAN } from "../path.ts";
import { takePackets } from "../segment.ts";
import { DEFAULTS } from "../default_limits.ts";

const SOURCE: Mac = 0x02_00_00_00_00_e1;

Deno.test("C3: of 5,000 PADOs a second to one PADI only a few reach the tunnel, while 20 ACs each get theirs through", () =>
  within({ limits: DEFAULTS }, async (path) => {
    const padi = { source: CUSTOMER, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
    path.customers[0].send(padi, [service, uniq(1)]);
    const { list } = await path.ac.packet();
    const pado = (source: Mac) =>
      path.ac.send({ destination: WAN, source, code: CODE_PADO, sessionId: 0 }, [acName, ...list]);
    for (let i = 0; i < 5_000; i++) pado(AC);
    for (let i = 1; i <= 20; i++) pado(AC + i);
    await settle();
    assertLessOrEqual(
      path.server.proxy.sessions.discoveryStats.packets["to-tunnel"]["PADO"],
      64 + 20,
    );
    assertEquals(path.server.drops, { "offer-rate": 5_000 - 64 });
    assert(path.customers[0].frames.length >= 84);
  }));

Deno.test("C3: a device that answers every discovery, and PADSs, cannot fill a tunnel; a proven AC still gets through", () =>
  within({ clients: ["a", "b"], limits: DEFAULTS, sessionsPerClient: 1_000 }, async (path) => {
    await dial(path, { client: 0, id: 1 });
    const { packets } = path.server.proxy.sessions.discoveryStats;
    const before = packets["to-tunnel"]["PADO"];
    for (let turn = 0; turn < 100; turn++) {
      for (let i = 0; i < 2; i++) {
        const source = SOURCE + turn * 2 + i;
        path.customers[1].send({ source, destination: BROADCAST, code: CODE_PADI, sessionId: 0 }, [
          service,
        ]);
      }
      await settle();
      for (const { code, list } of takePackets(path.ac)) {
        if (code !== CODE_PADI) continue;
        const to = { destination: WAN, code: CODE_PADO, sessionId: 0 };
        for (let i = 0; i < 50; i++) path.ac.send({ ...to, source: AC + 1 + i }, [acName, ...list]);
        path.ac.send({ ...to, source: AC }, [acName, ...list]);
      }
      path.advance(10);
      await settle();
    }
    const proven = 200; // one for each PADI
    const passed = packets["to-tunnel"]["PADO"] - before;
    // Two floors, a burst, and a second of one client's rate.
    assertLessOrEqual(passed, proven + 100 + 50 + 850 + 800);
    assert(passed > proven + 800, `${passed}`);
  }));

Deno.test("C3: PADSs that repeat a session or an error pass as a short burst, then two a second", () =>
  within({ limits: DEFAULTS }, async (path) => {
    const { padr, wire } = await dial(path);
    const own = padr.list.filter(({ type }) => type === TAG_HOST_UNIQ);
    const error = { type: TAG_AC_SYSTEM_ERROR, value: new Uint8Array(0) };
    for (let i = 0; i < 2_000; i++) {
      const pads = { destination: WAN, source: AC, code: CODE_PADS };
      path.ac.send({ ...pads, sessionId: 0x11 }, own);
      path.ac.send({ ...pads, sessionId: 0 }, [error, ...own]);
    }
    await settle();
    assertLessOrEqual(wire.frames.length, 16);
    assertEquals(path.server.drops, { "discovery-rate": 4_000 - 16 });
  }));

Deno.test("C3: a proven AC's offer passes after any number of forged ones", () =>
  within({}, async (path) => {
    await dial(path, { id: 1 });
    const padi = { source: CUSTOMER, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
    path.customers[0].send(padi, [service, uniq(1)]);
    const { list } = await path.ac.packet();
    const pado = (source: Mac) =>
      path.ac.send({ destination: WAN, source, code: CODE_PADO, sessionId: 0 }, [acName, ...list]);
    for (let i = 0; i < 200; i++) pado(SOURCE + i);
    await settle();
    assertEquals(takePackets(path.customers[0]).length, 128);
    pado(AC);
    await settle();
    assertEquals(takePackets(path.customers[0]).length, 1);
  }));

for (const mac of ["own", "transparent"] as const) {
  Deno.test(`M2: ${mac}: a customer that dials ten times a second does not block PADIs from the same address elsewhere`, () =>
    within({ clients: ["one", "two"], mac, limits: DEFAULTS }, async (path) => {
      const [busy, calm] = mac === "own" ? [CUSTOMER, CUSTOMER] : [CUSTOMER, CUSTOMER + 1];
      let answered = 0;
      for (let turn = 0; turn < 120; turn++) {
        const padi = { destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
        path.customers[0].send({ ...padi, source: busy }, [service, uniq(turn)]);
        if (turn % 10 === 5) {
          path.customers[1].send({ ...padi, source: calm }, [service, uniq(turn)]);
        }
        path.advance(100);
        await settle();
        for (const { code, source, list } of takePackets(path.ac)) {
          if (code !== CODE_PADI) continue;
          path.ac.send({ destination: source, source: AC, code: CODE_PADO, sessionId: 0 }, list);
        }
        await settle();
        answered += takePackets(path.customers[1]).length;
      }
      assertEquals(answered, 12);
    }));
}

Deno.test("C3: the AC of restored sessions is proven, whatever offers arrive first", () =>
  within({ limits: DEFAULTS }, async (path) => {
    await dial(path, { id: 7 });
    await path.restart("server", true);
    await path.restart(0, true);
    const before = path.clients[0].resumed.length;
    path.reconnect(0);
    await until(() => path.clients[0].resumed.length > before);
    const padi = { source: CUSTOMER, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
    path.customers[0].send(padi, [service, uniq(1)]);
    const { list } = await path.ac.packet();
    const pado = (source: Mac, name: string) => {
      const tags = [{ ...acName, value: new TextEncoder().encode(name) }, ...list];
      path.ac.send({ destination: WAN, source, code: CODE_PADO, sessionId: 0 }, tags);
    };
    for (let i = 1; i <= 200; i++) pado(AC + i, "other");
    await settle();
    pado(AC, "ours");
    await settle();
    const names = takePackets(path.customers[0]).map(({ list }) =>
      new TextDecoder().decode(findTag(list, TAG_AC_NAME))
    );
    assertEquals(names.at(-1), "ours");
  }));
