import { assertEquals, assertLessOrEqual } from "@std/assert";
import {
  CODE_PADR,
  CODE_PADS,
  CODE_PADT,
  TAG_AC_COOKIE,
  TAG_HOST_UNIQ,
} from "../../../src/pppoe/constants.ts";
import type { Tag } from "../../../src/pppoe/tags.ts";
import { dial, payloadOf, request, service, sessionFrame, settle, uniq, within } from "../dial.ts";
import { AC, CUSTOMER, LAN, type Path, type PathOptions, WAN } from "../path.ts";

/** Plays an AC that opens a session. */
async function confirm(path: Path, list: Tag[], sessionId: number, more = {}): Promise<void> {
  const pads = { source: AC, destination: WAN, code: CODE_PADS, sessionId, ...more };
  path.ac.send(pads, list.filter(({ type }) => type !== TAG_AC_COOKIE));
  await settle();
}

/** Returns the PADTs sent to the AC: id, source and destination of each. */
async function padts(path: Path): Promise<number[][]> {
  const seen: number[][] = [];
  await settle();
  while (path.ac.frames.length > 0) {
    const { code, sessionId, source, destination } = await path.ac.packet();
    if (code === CODE_PADT) seen.push([sessionId, source, destination]);
  }
  return seen;
}

/** Returns numbers in a row. */
function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

for (const mac of ["own", "transparent"] as const) {
  const local = mac === "own" ? WAN : CUSTOMER;

  Deno.test(`C1: a PADS after the time for answers is answered with PADT, mac = ${mac}`, () =>
    within({ mac }, async (path) => {
      await request(path);
      const padr = await path.ac.packet();
      path.advance(60_001);
      path.server.proxy.sweep(30_000);
      await confirm(path, padr.list, 7, { destination: local });
      assertEquals(await padts(path), [[7, local, AC]]);
      assertEquals(path.server.drops, { "host-uniq-unknown": 1 });
      await dial(path, { id: 8 });
    }));

  Deno.test(`C1: a PADS for a client whose tunnel was lost is answered with PADT, mac = ${mac}`, () =>
    within({ mac }, async (path) => {
      await request(path);
      const padr = await path.ac.packet();
      await path.lose(0);
      await confirm(path, padr.list, 7, { destination: local });
      assertEquals(await padts(path), [[7, local, AC]]);
    }));
}

Deno.test("C1: a second session for one PADR is ended; the first is confirmed again and continues", () =>
  within({}, async (path) => {
    const { wire, padr } = await dial(path, { id: 7 });
    await confirm(path, padr.list, 8);
    assertEquals(await padts(path), [[8, WAN, AC]]);
    const again = await wire.packet();
    assertEquals([again.code, again.sessionId], [CODE_PADS, 7]);
    assertEquals(path.server.proxy.sessions.table.size, 1);
    assertEquals(path.clients[0].proxy.sessions.table.size, 1);
    path.ac.sendRaw(sessionFrame(WAN, AC, 7, [0xc0, 0x21]));
    assertEquals(payloadOf(await wire.next()), [0xc0, 0x21]);
  }));

Deno.test("C1: a repeated PADS opens no second session, and after the session's end it gets a PADT", () =>
  within({}, async (path) => {
    const { wire, padr } = await dial(path, { id: 7 });
    await confirm(path, padr.list, 7);
    assertEquals([(await wire.packet()).sessionId, await padts(path)], [7, []]);
    wire.send({ source: CUSTOMER, destination: LAN, code: CODE_PADT, sessionId: 7 }, []);
    assertEquals(await padts(path), [[7, WAN, AC]]);
    await confirm(path, padr.list, 7);
    await confirm(path, padr.list, 9);
    assertEquals(await padts(path), [[7, WAN, AC], [9, WAN, AC]]);
    assertEquals([path.server.proxy.sessions.table.size, wire.frames], [0, []]);
  }));

Deno.test("C1: a customer without Host-Uniq that dials again gets a second session next to the first", () =>
  within({}, async (path) => {
    await dial(path, { tags: [service], id: 7 });
    await dial(path, { tags: [service], id: 8 });
    assertEquals(path.server.proxy.sessions.table.size, 2);
    assertEquals(await padts(path), []);
  }));

Deno.test("C1: a PADS of another AC than asked is answered with PADT, an error with nothing", () =>
  within({}, async (path) => {
    await request(path);
    const padr = await path.ac.packet();
    await confirm(path, padr.list, 7, { source: AC + 1 });
    await confirm(path, padr.list, 0, { source: AC + 1 });
    await confirm(path, padr.list, 0xffff, { source: AC + 1 });
    assertEquals(await padts(path), [[7, WAN, AC + 1]]);
    await confirm(path, padr.list, 9);
    assertEquals((await path.customers[0].packet()).sessionId, 9);
  }));

Deno.test("C1: a PADS without room for the customer's Host-Uniq is answered with PADT", () =>
  within({}, async (path) => {
    const long: Tag = { type: TAG_HOST_UNIQ, value: new Uint8Array(1400) };
    await request(path, { tags: [service, long] });
    const padr = await path.ac.packet();
    await confirm(path, [...padr.list, { type: 0x0102, value: new Uint8Array(200) }], 7);
    assertEquals(await padts(path), [[7, WAN, AC]]);
    assertEquals(path.server.drops, { "discovery-too-long": 1 });
  }));

Deno.test("C1: no PADT is sent for an open session, for a token that is not ours, or to a group address", () =>
  within({ clients: ["branch-1", "branch-2"] }, async (path) => {
    await dial(path, { id: 7 });
    const { wire } = await request(path, { client: 1, tags: [service, uniq(3)] });
    const padr = await path.ac.packet();
    path.advance(60_001);
    path.server.proxy.sweep(1e9);
    await confirm(path, padr.list, 7); // the first client's open session
    const forged = padr.list.map(({ type, value }) => ({ type, value: value.slice() }));
    for (const { type, value } of forged) if (type === TAG_HOST_UNIQ) value[15] ^= 1;
    await confirm(path, forged, 9);
    await confirm(path, [service], 9);
    await confirm(path, padr.list, 9, { destination: WAN + 1 });
    await confirm(path, padr.list, 9, { source: 0xffff_ffff_ffff });
    await confirm(path, padr.list, 9, { source: 0x01_80_c2_00_00_00 });
    assertEquals([await padts(path), wire.frames], [[], []]);
    assertEquals(path.server.proxy.sessions.table.size, 1);
  }));

Deno.test("C1: 5,000 late PADS in a second are answered with 325 PADTs at most", () =>
  within({}, async (path) => {
    await request(path);
    const padr = await path.ac.packet();
    path.advance(60_001);
    path.server.proxy.sweep(30_000);
    let sent = 0;
    for (let i = 0; i < 50; i++) {
      for (let j = 0; j < 100; j++) void confirm(path, padr.list, 1 + i * 100 + j);
      await settle();
      sent += (await padts(path)).length;
      path.advance(20);
    }
    assertLessOrEqual(sent, 325);
    assertEquals(sent > 200, true);
    path.advance(10_000);
    await dial(path, { id: 8 });
  }));

for (const isLost of [false, true]) {
  const when = isLost ? "after its tunnel is lost, again and again" : "after the time for answers";
  Deno.test(`H4: PADSs for one client's requests ${when} leave the others' PADTs alone`, () =>
    within({ clients: ["branch-1", "branch-2"] }, async (path) => {
      const padrs = [];
      for (const client of [0, 1]) {
        await request(path, { client, tags: [service, uniq(client)] });
        padrs.push(await path.ac.packet());
      }
      path.advance(60_001);
      path.server.proxy.sweep(1e9);
      for (let i = 0; i < 10; i++) {
        if (isLost) {
          await path.lose(0);
          path.reconnect(0);
        }
        for (let j = 1; j <= 100; j++) void confirm(path, padrs[0].list, i * 100 + j);
        await settle();
      }
      assertEquals((await padts(path)).length, 220);
      for (let id = 1; id <= 30; id++) await confirm(path, padrs[1].list, 2_000 + id);
      assertEquals((await padts(path)).map(([id]) => id), range(2_001, 20));
      path.advance(1_000);
      await confirm(path, padrs[1].list, 3_000);
      assertEquals(await padts(path), [[3_000, WAN, AC]]);
    }));
}

Deno.test("C1: at a session limit, any number of PADSs for one PADR cost few PADTs and few errors", () =>
  within({ sessionsPerClient: 1 }, async (path) => {
    const padrs = [];
    for (const i of [1, 2]) {
      await request(path, { tags: [service, uniq(i)] });
      padrs.push(await path.ac.packet());
    }
    await confirm(path, padrs[0].list, 1);
    await path.customers[0].packet();
    let ended = 0;
    for (let i = 0; i < 50; i++) {
      for (let j = 0; j < 100; j++) void confirm(path, padrs[1].list, 2 + i * 100 + j);
      await settle();
      ended += (await padts(path)).length;
    }
    assertEquals([ended, path.customers[0].frames.length], [220, 16]);
    assertEquals(path.server.proxy.sessions.table.size, 1);
  }));

Deno.test("a PADR after the session's end is refused because its offer is used up; after a new PADI it is not", () =>
  within({}, async (path) => {
    const { wire, pado } = await dial(path, { id: 7 });
    wire.send({ source: CUSTOMER, destination: LAN, code: CODE_PADT, sessionId: 7 }, []);
    await padts(path);
    path.advance(1_000);
    const tags = pado.list.filter(({ type }) => type !== 0x0102);
    wire.send({ source: CUSTOMER, destination: LAN, code: CODE_PADR, sessionId: 0 }, tags);
    const refused = await wire.packet();
    assertEquals([refused.code, refused.sessionId], [CODE_PADS, 0]);
    assertEquals(path.ac.frames, []);
    assertEquals((await dial(path, { id: 8 })).pads.sessionId, 8);
    assertEquals(await padts(path), []);
  }));

Deno.test("C1: with Host-Uniq preserved, a late PADS may be another host's and gets no PADT", () =>
  within({ hostUniq: "preserve" }, async (path) => {
    await request(path);
    const padr = await path.ac.packet();
    path.advance(60_001);
    path.server.proxy.sweep(30_000);
    await confirm(path, padr.list, 7);
    assertEquals([await padts(path), path.server.drops], [[], { "host-uniq-unknown": 1 }]);
  }));

for (const mac of ["own", "transparent"] as const) {
  const local = mac === "own" ? WAN : CUSTOMER;

  Deno.test(`C1: no late PADS ends a session of the machine's own kernel, mac = ${mac}`, () =>
    within({ mac, isHostSession: (remote, id) => remote === AC && id === 7 }, async (path) => {
      await request(path);
      const padr = await path.ac.packet();
      path.advance(60_001);
      path.server.proxy.sweep(30_000);
      for (const id of [7, 8]) await confirm(path, padr.list, id, { destination: local });
      assertEquals(await padts(path), [[8, local, AC]]);
    }));

  Deno.test(`C1: no PADS beyond a limit ends a session of the machine's own kernel, mac = ${mac}`, () =>
    within({ mac, sessionsPerClient: 1, isHostSession: (_, id) => id === 7 }, async (path) => {
      const padrs = [];
      for (const i of [1, 2, 3]) {
        await request(path, { tags: [service, uniq(i)] });
        padrs.push(await path.ac.packet());
      }
      for (const [i, id] of [[0, 6], [1, 7], [2, 8]]) {
        await confirm(path, padrs[i].list, id, { destination: local });
      }
      assertEquals(await padts(path), [[8, local, AC]]);
    }));
}

const hostHas7: PathOptions = { isHostSession: (_remote, id) => id === 7 };

for (const isLate of [false, true]) {
  const what = isLate ? "that arrives late ends none" : "opens none";
  Deno.test(`H2: a PADS with the id of a session of the machine's own kernel ${what}`, () =>
    within(hostHas7, async (path) => {
      await request(path);
      const padr = await path.ac.packet();
      if (isLate) {
        path.advance(60_001);
        path.server.proxy.sweep(30_000);
      }
      await confirm(path, padr.list, 7);
      assertEquals(path.server.drops, { [isLate ? "host-uniq-unknown" : "host-session"]: 1 });
      assertEquals([await padts(path), path.server.proxy.sessions.table.size], [[], 0]);
      await dial(path, { id: 8, tags: [service, uniq(8)] });
    }));
}

Deno.test("H2: with the customers' own addresses, a customer may have an id that the kernel has, too", () =>
  within({ ...hostHas7, mac: "transparent" }, async (path) => {
    await dial(path, { id: 7 });
    assertEquals(path.server.proxy.sessions.table.size, 1);
  }));

Deno.test("H2: if the kernel's list cannot be read, customers dial, and nothing unproven is ended", () =>
  within({ isHostSession: (_remote, _id, ifUnknown) => ifUnknown }, async (path) => {
    const { padr } = await dial(path, { id: 7 });
    await confirm(path, padr.list, 9);
    assertEquals([await padts(path), path.server.proxy.sessions.table.size], [[], 1]);
  }));
