import { assert, assertEquals } from "@std/assert";
import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  CODE_PADT,
  TAG_AC_COOKIE,
  TAG_HOST_UNIQ,
} from "../../src/pppoe/constants.ts";
import { encodeDiscovery } from "../../src/pppoe/frame.ts";
import { BROADCAST } from "../../src/pppoe/mac.ts";
import { encodeTags, findTag } from "../../src/pppoe/tags.ts";
import {
  acName,
  cookie,
  dial,
  payloadOf,
  request,
  service,
  sessionFrame,
  uniq,
  within,
} from "./dial.ts";
import { until } from "../until.ts";
import { AC, CUSTOMER, LAN, WAN } from "./path.ts";

const two = { clients: ["branch-1", "branch-2"] };

Deno.test("two clients with equal customers, Host-Uniqs and dials each get their own frames only", () =>
  within(two, async (path) => {
    await dial(path, { client: 0, id: 1 });
    await dial(path, { client: 1, id: 2 });
    for (let i = 0; i < 20; i++) {
      path.ac.sendRaw(sessionFrame(WAN, AC, 1, [1, i]));
      path.ac.sendRaw(sessionFrame(WAN, AC, 2, [2, i]));
    }
    for (let i = 0; i < 20; i++) {
      assertEquals(payloadOf(await path.customers[0].next()), [1, i]);
      assertEquals(payloadOf(await path.customers[1].next()), [2, i]);
    }
    assertEquals(path.customers.map(({ frames }) => frames.length), [0, 0]);
  }));

Deno.test("a client cannot send for a session that another client opened", () =>
  within(two, async (path) => {
    await dial(path, { client: 0, id: 1 });
    const { writer } = path.tunnels[1].client;
    writer.session(1, new Uint8Array(10), 0, 10);
    writer.flush();
    path.customers[0].sendRaw(sessionFrame(LAN, CUSTOMER, 1, [9]));
    assertEquals(payloadOf(await path.ac.next()), [9]);
    assertEquals(path.server.drops["session-unknown"], 1);
  }));

Deno.test("a client can neither act as the AC nor end another client's session", () =>
  within({ ...two, mac: "transparent" }, async (path) => {
    const { padr } = await dial(path, { client: 0, id: 1 });
    const { writer } = path.tunnels[1].client;
    const frame = (code: number, sessionId: number, source: number) =>
      encodeDiscovery({
        code,
        sessionId,
        source,
        destination: code === CODE_PADI ? BROADCAST : AC,
        tags: encodeTags([service, ...padr.list.filter(({ type }) => type === TAG_HOST_UNIQ)]),
      });
    writer.discovery(0, frame(CODE_PADO, 0, CUSTOMER));
    writer.discovery(0, frame(CODE_PADS, 5, CUSTOMER));
    writer.discovery(0, frame(CODE_PADT, 1, CUSTOMER));
    writer.discovery(0, frame(CODE_PADI, 0, AC));
    writer.discovery(0, frame(CODE_PADI, 0, WAN));
    writer.discovery(1, frame(CODE_PADT, 1, CUSTOMER));
    writer.discovery(1, frame(CODE_PADI, 0, CUSTOMER));
    writer.discovery(0, new Uint8Array(5));
    writer.flush();
    path.customers[0].sendRaw(sessionFrame(AC, CUSTOMER, 1, [9]));
    assertEquals(payloadOf(await path.ac.next()), [9]);
    assertEquals(path.ac.frames.length, 0);
    assertEquals(path.server.drops, {
      "wrong-direction": 3,
      "ac-address-spoofed": 1,
      "own-address": 1,
      "session-unknown": 1,
      "tunnel-frame-unfit": 1,
      "frame-short": 1,
    });
  }));

Deno.test("an answer with a forged, unknown or missing Host-Uniq is dropped", () =>
  within({}, async (path) => {
    const { padi } = await request(path);
    await path.ac.packet();
    const token = findTag(padi.list, TAG_HOST_UNIQ) ?? new Uint8Array(0);
    const forged = token.slice();
    forged[15] ^= 1;
    const other = token.slice();
    other[0] ^= 1;
    const answer = { destination: WAN, source: AC, code: CODE_PADO, sessionId: 0 };
    for (const value of [forged, other, token.subarray(1)]) {
      path.ac.send(answer, [acName, service, { type: TAG_HOST_UNIQ, value }]);
    }
    path.ac.send(answer, [acName, service]);
    path.ac.send(answer, [acName, service, { type: TAG_HOST_UNIQ, value: token }]);
    assertEquals((await path.customers[0].packet()).code, CODE_PADO);
    assertEquals(path.customers[0].frames.length, 0);
    assertEquals(path.server.drops, {
      "host-uniq-forged": 1,
      "host-uniq-unknown": 2,
      "host-uniq-missing": 1,
    });
  }));

Deno.test("an answer after the time for answers is dropped", () =>
  within({}, async (path) => {
    const { padi } = await request(path);
    await path.ac.packet();
    path.advance(60_001);
    await request(path, { tags: [service, uniq(9)] }); // makes the server check its clock
    await path.ac.packet();
    path.ac.send({ destination: WAN, source: AC, code: CODE_PADO, sessionId: 0 }, padi.list);
    await dial(path, { tags: [service, uniq(10)] });
    assertEquals(path.server.drops, { "host-uniq-unknown": 1 });
  }));

Deno.test("a PADS from an AC that was sent no PADR opens no session", () =>
  within({}, async (path) => {
    await request(path);
    const padr = await path.ac.packet();
    const pads = { destination: WAN, code: CODE_PADS, sessionId: 7 };
    path.ac.send({ ...pads, source: AC + 1 }, padr.list);
    path.ac.send({ ...pads, source: AC }, padr.list);
    assertEquals((await path.customers[0].packet()).sessionId, 7);
    assertEquals(path.server.drops, { unsolicited: 1 });
    assertEquals(path.server.proxy.sessions.table.size, 1);
  }));

Deno.test("eight equal PADS open one session and are all forwarded", () =>
  within({}, async (path) => {
    const { padr } = await dial(path);
    for (let i = 0; i < 8; i++) {
      path.ac.send({ destination: WAN, source: AC, code: CODE_PADS, sessionId: 0x11 }, padr.list);
      assertEquals((await path.customers[0].packet()).sessionId, 0x11);
    }
    assertEquals(path.server.proxy.sessions.table.size, 1);
    assertEquals(path.clients[0].proxy.sessions.table.size, 1);
  }));

Deno.test("a tunnel that does not return ends its sessions on both wires, once, and others stay", () =>
  within(two, async (path) => {
    await dial(path, { client: 0, id: 1 });
    await dial(path, { client: 1, id: 2 });
    await path.lose(0);
    path.advance(30_000);
    for (const { proxy } of [path.server, ...path.clients]) proxy.sweep(30_000);
    const [up, down] = [await path.ac.packet(), await path.customers[0].packet()];
    assertEquals([up.code, up.sessionId, up.source], [CODE_PADT, 1, WAN]);
    assertEquals([down.code, down.sessionId, down.destination], [CODE_PADT, 1, CUSTOMER]);
    path.ac.sendRaw(sessionFrame(WAN, AC, 2, [5]));
    assertEquals(payloadOf(await path.customers[1].next()), [5]);
    assertEquals([path.ac.frames.length, path.customers[0].frames.length], [0, 0]);
  }));

for (const hostUniq of ["preserve", { fixed: Uint8Array.of(0xfe, 0xed) }] as const) {
  const name = hostUniq === "preserve" ? "preserve" : "fixed";
  Deno.test(`host_uniq = ${name}: the AC sees it, and an answer never reaches the wrong customer`, () =>
    within({ ...two, hostUniq }, async (path) => {
      const tags = [service, uniq(1, 2)];
      const { padi, pads } = await dial(path, { client: 0, tags, id: 1 });
      const seen = hostUniq === "preserve" ? [1, 2] : [0xfe, 0xed];
      assertEquals([...findTag(padi.list, TAG_HOST_UNIQ) ?? []], seen);
      assertEquals([...findTag(pads.list, TAG_HOST_UNIQ) ?? []], [1, 2]);
      const again = { source: CUSTOMER, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
      path.customers[1].send(again, tags);
      await until(() => path.server.drops["host-uniq-busy"] === 1);
      path.advance(5_001);
      await dial(path, { client: 1, tags, id: 2 });
      path.ac.send({ destination: WAN, source: AC, code: CODE_PADO, sessionId: 0 }, padi.list);
      await path.customers[1].packet();
      assertEquals(path.customers[0].frames.length, 0);
    }));
}

Deno.test("a PADR with a foreign cookie belongs to another proxy; without one it goes to the only AC", () =>
  within({}, async (path) => {
    const { wire } = await request(path);
    await path.ac.packet();
    path.advance(1_000); // any sooner, it would be a repetition
    const padr = { destination: LAN, source: CUSTOMER, code: CODE_PADR, sessionId: 0 };
    const tags = [service, uniq(7, 0, 255)];
    wire.send(padr, [...tags, { type: TAG_AC_COOKIE, value: new Uint8Array(16) }]);
    wire.send(padr, tags);
    const seen = await path.ac.packet();
    assertEquals([seen.code, seen.destination], [CODE_PADR, AC]);
    assertEquals(findTag(seen.list, TAG_AC_COOKIE), cookie.value);
    assertEquals([path.ac.frames.length, wire.frames.length], [0, 0]);
    assertEquals(path.clients[0].drops, { "ac-cookie-unknown": 1 });
  }));

Deno.test("a PADI storm is held back, and an open session continues", () =>
  within({ limits: { padiRate: 10, padiBurst: 20 } }, async (path) => {
    await dial(path);
    const head = { destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
    for (let i = 0; i < 500; i++) {
      path.customers[0].send({ ...head, source: 0x02_99_00 + i }, [service]);
    }
    path.customers[0].sendRaw(sessionFrame(LAN, CUSTOMER, 0x11, [3]));
    let padis = 0;
    while (payloadOf(await path.ac.next())[0] !== 3) padis++;
    assert(padis <= 20, String(padis));
    assert(path.clients[0].drops["padi-rate"] >= 440);
  }));
