import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import {
  CODE_PADC,
  CODE_PADG,
  CODE_PADI,
  CODE_PADM,
  CODE_PADN,
  CODE_PADO,
  CODE_PADQ,
  CODE_PADR,
  CODE_PADS,
  CODE_PADT,
  TAG_AC_COOKIE,
  TAG_CREDITS,
  TAG_HOST_UNIQ,
  TAG_METRICS,
  TAG_MOTM,
  TAG_SEQUENCE_NUMBER,
} from "../../src/pppoe/constants.ts";
import { encodeDiscovery, parseDiscovery } from "../../src/pppoe/frame.ts";
import { readTags, type Tag } from "../../src/pppoe/tags.ts";
import { dial, service, settle, uniq, within } from "./dial.ts";
import { AC, CUSTOMER, LAN, type Path, WAN } from "./path.ts";
import { HostileClient } from "./raw_client.ts";

const NAMED: readonly number[] = [CODE_PADI, CODE_PADO, CODE_PADR, CODE_PADS, CODE_PADT];
const OTHERS = Array.from({ length: 256 }, (_, code) => code).filter((it) => !NAMED.includes(it));
const MOTM: Tag = { type: TAG_MOTM, value: new TextEncoder().encode("hello") };
const CREDITS: Tag[] = [
  { type: TAG_SEQUENCE_NUMBER, value: Uint8Array.of(0, 1) },
  { type: TAG_CREDITS, value: Uint8Array.of(0, 9, 0, 9) },
];

/** Runs a malicious client that has its own session, with handle 1. */
async function withOwn(
  body: (path: Path, hostile: HostileClient) => Promise<void>,
  limits = {},
): Promise<void> {
  await within({ clients: ["victim"], limits }, async (path) => {
    const hostile = new HostileClient(path, "hostile");
    await settle();
    const source = 0x02_00_00_00_00_e1;
    hostile.packet(CODE_PADI, [service, uniq(6)], { source });
    const { list } = await path.ac.packet();
    path.ac.send({ destination: WAN, source: AC, code: CODE_PADO, sessionId: 0 }, list);
    await settle();
    hostile.packet(CODE_PADR, [service, uniq(6)], { source });
    await path.ac.packet();
    path.ac.send({ destination: WAN, source: AC, code: CODE_PADS, sessionId: 0x22 }, list);
    await settle();
    await body(path, hostile);
  });
}

/** Returns a packet of a session whose tags are these bytes. */
function raw(code: number, tags: readonly number[], more: object = {}): Uint8Array {
  const head = { code, source: CUSTOMER, destination: AC, sessionId: 0x22, ...more };
  return encodeDiscovery({ ...head, tags: Uint8Array.from(tags) });
}

Deno.test("H4: for no code does a malformed list of tags reach the AC's wire, nor anything after one", () =>
  withOwn(async (path, hostile) => {
    const region = fc.oneof(
      fc.array(fc.nat(255), { maxLength: 40 }),
      fc.array(fc.constantFrom(0, 1, 2, 3, 0xff), { maxLength: 40 }),
      fc.constantFrom([1, 5, 0xff, 0xff], [1, 1, 0], [1, 1, 0, 0, 0, 0, 0, 0, 9, 9, 9]),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...OTHERS), region, async (code, tags) => {
        hostile.discovery(1, raw(code, tags));
        path.advance(2_000);
        await settle();
        for (const frame of path.ac.frames.splice(0)) {
          const packet = parseDiscovery(frame);
          assert(typeof packet === "object");
          const list = readTags(packet.tags);
          assert(typeof list === "object", `${list} of code ${code}`);
          const length = list.reduce((sum, { value }) => sum + 4 + value.length, 0);
          assertEquals(length, packet.tags.length);
          assertEquals([packet.source, packet.destination, packet.sessionId], [WAN, AC, 0x22]);
        }
      }),
      { numRuns: 300 },
    );
    hostile.discovery(1, raw(0x42, [1, 5, 0xff, 0xff]));
    hostile.discovery(1, raw(CODE_PADQ, [1, 7, 0, 3, 1, 2, 3]));
    await settle();
    assertEquals(path.ac.frames, []);
  }));

Deno.test("H4: a client cannot send an AC's codes, but those valid for both sides and unknown ones", () =>
  withOwn(async (path, hostile) => {
    for (const code of [CODE_PADM, CODE_PADN, 0x00]) hostile.packet(code, [MOTM], { handle: 1 });
    await settle();
    assertEquals(path.ac.frames, []);
    assertEquals(path.server.drops, { "wrong-direction": 2, "code-wrong": 1 });
    const metrics: Tag = { type: TAG_METRICS, value: new Uint8Array(10) };
    for (const code of [CODE_PADG, CODE_PADC, CODE_PADQ, 0x42]) {
      const tags = code === CODE_PADQ ? [metrics] : CREDITS;
      hostile.packet(code, tags, { handle: 1, id: 7, source: WAN, destination: LAN });
      const seen = await path.ac.packet();
      assertEquals([seen.code, seen.sessionId, seen.list.length], [code, 0x22, tags.length]);
      assertEquals([seen.source, seen.destination], [WAN, AC]);
    }
  }));

Deno.test("H4: a customer's PADM is dropped, and an AC's reaches it without the request's own tags", () =>
  within({}, async (path) => {
    const { padr, wire } = await dial(path);
    wire.send({ code: CODE_PADM, sessionId: 0x11, destination: LAN, source: CUSTOMER }, [MOTM]);
    await settle();
    assertEquals([path.ac.frames, path.clients[0].drops], [[], { "wrong-direction": 1 }]);
    const ours = padr.list.filter(({ type }) => type === TAG_HOST_UNIQ);
    const cookie = { type: TAG_AC_COOKIE, value: Uint8Array.of(1) };
    const packet = { code: CODE_PADM, sessionId: 0x11, destination: WAN, source: AC };
    path.ac.send(packet, [...ours, MOTM, cookie]);
    assertEquals((await wire.packet()).list, [MOTM]);
  }));

for (const [code, perSecond, burst] of [[CODE_PADQ, 10, 20], [0x42, 1, 5]]) {
  Deno.test(`H4: 30,000 packets of code ${code} in 3 s, in either direction, pass at the rate of one session`, () =>
    withOwn(async (path, hostile) => {
      const most = burst + 3 * perSecond;
      const toClient = () => hostile.seen.filter(({ body }) => body[15] === code).length;
      for (let turn = 0; turn < 300; turn++) {
        for (let i = 0; i < 100; i++) {
          hostile.packet(code, [], { handle: 1 });
          path.ac.send({ code, sessionId: 0x22, destination: WAN, source: AC }, []);
        }
        path.advance(10);
        await settle();
      }
      for (const count of [path.ac.frames.length, toClient()]) {
        assertLessOrEqual(count, most);
        assert(count >= most - 1, `${count} of ${most}`);
      }
      assertEquals(path.server.drops, { "discovery-rate": 60_000 - 2 * toClient() });
    }));
}

Deno.test("H4: a client with many sessions gets no more session packets on the wire than PADIs, and others keep theirs", () =>
  within({
    clients: ["victim", "storm"],
    limits: { padiRate: 50, padiBurst: 1_000, padiRatePerMac: 1_000, padiBurstPerMac: 1_000 },
  }, async (path) => {
    await dial(path, { id: 1 });
    for (let i = 0; i < 60; i++) {
      const customer = 0x02_00_00_00_aa_00 + i;
      await dial(path, { client: 1, customer, id: 10 + i, tags: [service, uniq(i)] });
    }
    const quality = (client: number, handle: number) =>
      path.tunnels[client].client.writer.discovery(handle, raw(CODE_PADQ, []));
    for (let turn = 0; turn < 100; turn++) {
      for (let handle = 1; handle <= 60; handle++) quality(1, handle);
      if (turn % 10 === 0) quality(0, 1);
      // The storm comes first, whenever a token is there.
      for (const { client } of path.tunnels.toReversed()) client.writer.flush();
      path.advance(10);
      await settle();
    }
    const ids = path.ac.frames.map((frame) => new DataView(frame.buffer).getUint16(16));
    assertEquals(ids.filter((id) => id === 1).length, 10);
    // Its own floor, a burst, and a second of the rate.
    assertLessOrEqual(ids.length - 10, 20 + 10 + 50 + 50);
  }));
