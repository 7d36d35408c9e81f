import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  CODE_PADM,
  CODE_PADR,
  CODE_PADS,
  CODE_PADT,
  TAG_AC_COOKIE,
  TAG_AC_SYSTEM_ERROR,
  TAG_GENERIC_ERROR,
  TAG_HOST_UNIQ,
  TAG_SERVICE_NAME_ERROR,
} from "../../src/pppoe/constants.ts";
import { BROADCAST } from "../../src/pppoe/mac.ts";
import { findTag } from "../../src/pppoe/tags.ts";
import { dial, payloadOf, request, service, sessionFrame, settle, uniq, within } from "./dial.ts";
import { AC, CUSTOMER, LAN, WAN } from "./path.ts";

Deno.test("a dial crosses: own addresses on both wires, and each side's own Host-Uniq and cookie", () =>
  within({}, async (path) => {
    const { padi, pado, padr, pads } = await dial(path);
    assertEquals([padi.source, padi.destination], [WAN, BROADCAST]);
    assertEquals(findTag(padi.list, TAG_HOST_UNIQ)?.length, 16);
    assertEquals(findTag(padr.list, TAG_HOST_UNIQ), findTag(padi.list, TAG_HOST_UNIQ));
    assertEquals([...findTag(padr.list, TAG_AC_COOKIE) ?? []], [1, 2, 3]);
    assertEquals([padr.source, padr.destination], [WAN, AC]);
    assertEquals([pado.source, pado.destination], [LAN, CUSTOMER]);
    assertNotEquals([...findTag(pado.list, TAG_AC_COOKIE) ?? []], [1, 2, 3]);
    assertEquals([...findTag(pado.list, TAG_HOST_UNIQ) ?? []], [7, 0, 255]);
    assertEquals([pads.source, pads.sessionId], [LAN, 0x11]);
    assertEquals([...findTag(pads.list, TAG_HOST_UNIQ) ?? []], [7, 0, 255]);
  }));

Deno.test("transparent addresses are unchanged on both wires", () =>
  within({ mac: "transparent" }, async (path) => {
    const { padi, pado, padr, pads } = await dial(path);
    assertEquals([padi.source, padr.source, padr.destination], [CUSTOMER, CUSTOMER, AC]);
    assertEquals([pado.source, pads.source], [AC, AC]);
    assertEquals([...findTag(pado.list, TAG_AC_COOKIE) ?? []], [1, 2, 3]);
  }));

for (const length of [undefined, 0, 1, 4, 18, 19, 255, 256, 1400]) {
  Deno.test(`a Host-Uniq of ${length ?? "no tag"} bytes is returned byte for byte`, () =>
    within({}, async (path) => {
      const value = new Uint8Array(length ?? 0).map((_, i) => i * 7);
      const tags = length === undefined ? [service] : [service, { type: TAG_HOST_UNIQ, value }];
      const { padi, pads } = await dial(path, { tags });
      assertEquals(findTag(padi.list, TAG_HOST_UNIQ)?.length, 16);
      const back = findTag(pads.list, TAG_HOST_UNIQ);
      assertEquals(back && [...back], length === undefined ? undefined : [...value]);
    }));
}

Deno.test("session frames cross in both directions, without their padding", () =>
  within({}, async (path) => {
    const { wire } = await dial(path);
    wire.sendRaw(sessionFrame(LAN, CUSTOMER, 0x11, [0xc0, 0x21, 9, 1]));
    const up = await path.ac.next();
    assertEquals(payloadOf(up), [0xc0, 0x21, 9, 1]);
    assertEquals([...up.subarray(24)].every((byte) => byte === 0), true);
    path.ac.sendRaw(sessionFrame(WAN, AC, 0x11, [0, 0x21, 5]));
    assertEquals(payloadOf(await wire.next()), [0, 0x21, 5]);
  }));

Deno.test("a PADT of either side reaches the other once, and a second one is dropped", () =>
  within({}, async (path) => {
    const { wire } = await dial(path);
    const padt = { code: CODE_PADT, sessionId: 0x11 };
    wire.send({ ...padt, destination: LAN, source: CUSTOMER }, []);
    wire.send({ ...padt, destination: LAN, source: CUSTOMER }, []);
    const seen = await path.ac.packet();
    assertEquals([seen.code, seen.sessionId, seen.source, seen.destination], [
      CODE_PADT,
      0x11,
      WAN,
      AC,
    ]);
    await dial(path, { id: 0x12 });
    path.ac.send({ code: CODE_PADT, sessionId: 0x12, destination: WAN, source: AC }, []);
    const down = await wire.packet();
    assertEquals([down.code, down.sessionId], [CODE_PADT, 0x12]);
    assertEquals(path.clients[0].drops["session-unknown"], 1);
    assertEquals(path.server.ends, ["padt-customer", "padt-ac"]);
    assertEquals(path.clients[0].ends, ["padt-customer", "padt-ac"]);
  }));

Deno.test("the AC's answer to a customer's PADT passes once, to that customer", () =>
  within({}, async (path) => {
    const { wire } = await dial(path);
    wire.send({ code: CODE_PADT, sessionId: 0x11, destination: LAN, source: CUSTOMER }, []);
    await path.ac.packet();
    const answer = { code: CODE_PADT, sessionId: 0x11, destination: WAN, source: AC };
    for (let i = 0; i < 3; i++) path.ac.send(answer, []);
    const seen = await wire.packet();
    assertEquals([seen.code, seen.sessionId, seen.destination], [CODE_PADT, 0x11, CUSTOMER]);
    await dial(path, { id: 0x12 });
    assertEquals(wire.frames.length, 0);
    assertEquals(path.server.drops, { "session-unknown": 2 });
    wire.send({ code: CODE_PADT, sessionId: 0x12, destination: LAN, source: CUSTOMER }, []);
    await path.ac.packet();
    path.advance(5_001);
    path.ac.send({ ...answer, sessionId: 0x12 }, []);
    await dial(path, { id: 0x13 });
    assertEquals(path.server.drops, { "session-unknown": 3 });
  }));

Deno.test("a PADT carries its text across, but neither Host-Uniq nor cookie", () =>
  within({}, async (path) => {
    const { wire } = await dial(path);
    const error = { type: TAG_GENERIC_ERROR, value: new TextEncoder().encode("bye") };
    wire.send({ code: CODE_PADT, sessionId: 0x11, destination: LAN, source: CUSTOMER }, [
      uniq(1),
      error,
      { type: TAG_AC_COOKIE, value: new Uint8Array(16) },
    ]);
    const seen = await path.ac.packet();
    assertEquals(seen.list.map(({ type }) => type), [TAG_GENERIC_ERROR]);
  }));

Deno.test("a PADT from another address than the session's ends nothing", () =>
  within({}, async (path) => {
    await dial(path);
    path.ac.send({ code: CODE_PADT, sessionId: 0x11, destination: WAN, source: AC + 1 }, []);
    path.ac.send({ code: CODE_PADT, sessionId: 0x12, destination: WAN, source: AC }, []);
    path.ac.sendRaw(sessionFrame(WAN, AC, 0x11, [0, 0x21]));
    assertEquals(payloadOf(await path.customers[0].next()), [0, 0x21]);
    assertEquals(path.server.drops["session-unknown"], 2);
  }));

Deno.test("PADM and unknown codes of an open session are forwarded, those of no session dropped", () =>
  within({}, async (path) => {
    await dial(path);
    const motm = { type: 0x0112, value: new TextEncoder().encode("hello") };
    for (const code of [CODE_PADM, 0x42]) {
      path.ac.send({ code, sessionId: 0x99, destination: WAN, source: AC }, [motm]);
      path.ac.send({ code, sessionId: 0x11, destination: WAN, source: AC }, [motm]);
      const seen = await path.customers[0].packet();
      assertEquals([seen.code, seen.sessionId, seen.list.length], [code, 0x11, 1]);
    }
    assertEquals(path.server.drops["session-unknown"], 2);
  }));

Deno.test("the same session id of two ACs is renumbered for the customer, and their frames are kept apart", () =>
  within({}, async (path) => {
    const first = await dial(path, { tags: [service, uniq(1)] });
    const second = await dial(path, { tags: [service, uniq(2)], ac: AC + 1 });
    assertEquals(first.pads.sessionId, 0x11);
    assertEquals(second.pads.sessionId, 0x12);
    first.wire.sendRaw(sessionFrame(LAN, CUSTOMER, 0x12, [1, 2]));
    const up = await path.ac.next();
    assertEquals([...up.subarray(0, 6)], [2, 0, 0, 0, 0, 0xa2]);
    assertEquals(new DataView(up.buffer).getUint16(16), 0x11);
    path.ac.sendRaw(sessionFrame(WAN, AC, 0x11, [1, 1]));
    assertEquals(new DataView((await first.wire.next()).buffer).getUint16(16), 0x11);
  }));

Deno.test("an AC's error reaches the customer with its own Host-Uniq", () =>
  within({}, async (path) => {
    const { wire } = await request(path);
    const padr = await path.ac.packet();
    path.ac.send({ destination: WAN, source: AC, code: CODE_PADS, sessionId: 0 }, [
      { type: TAG_SERVICE_NAME_ERROR, value: new Uint8Array(0) },
      ...padr.list,
    ]);
    const pads = await wire.packet();
    assertEquals([pads.code, pads.sessionId], [CODE_PADS, 0]);
    assertEquals([...findTag(pads.list, TAG_HOST_UNIQ) ?? []], [7, 0, 255]);
    assert(findTag(pads.list, TAG_SERVICE_NAME_ERROR) !== undefined);
    assertEquals(path.server.proxy.sessions.table.size, 0);
  }));

Deno.test("over its limit a client's PADR is answered with AC-System-Error, its PADI with silence", () =>
  within({ sessionsPerClient: 1 }, async (path) => {
    const waiting = await request(path, { tags: [service, uniq(2)] });
    await path.ac.packet();
    await dial(path, { tags: [service, uniq(1)] });
    const { wire, pado } = waiting;
    path.advance(1_000); // any sooner, it would be a repetition
    wire.send({ destination: LAN, source: CUSTOMER, code: CODE_PADR, sessionId: 0 }, [
      service,
      uniq(2),
      { type: TAG_AC_COOKIE, value: findTag(pado.list, TAG_AC_COOKIE) ?? new Uint8Array(0) },
    ]);
    const refused = await wire.packet();
    assertEquals([refused.code, refused.sessionId], [CODE_PADS, 0]);
    assert(findTag(refused.list, TAG_AC_SYSTEM_ERROR) !== undefined);
    assertEquals([...findTag(refused.list, TAG_HOST_UNIQ) ?? []], [2]);
    assertEquals(path.server.drops["session-limit"], 1);
  }));

Deno.test("a PADR to an AC on the customer's own wire is ignored, at a limit or not", () =>
  within({ mac: "transparent", limits: { sessions: 1 } }, async (path) => {
    const { wire } = await dial(path);
    const elsewhere = { source: CUSTOMER, destination: 0x02_99, code: CODE_PADR, sessionId: 0 };
    wire.send(elsewhere, [service, uniq(1)]);
    await settle();
    assertEquals([wire.frames, path.ac.frames], [[], []]);
    assertEquals(path.clients[0].drops, { unsolicited: 1 });
  }));
