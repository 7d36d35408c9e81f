import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  CODE_PADT,
  TAG_AC_COOKIE,
} from "../../../src/pppoe/constants.ts";
import { encodeDiscovery } from "../../../src/pppoe/frame.ts";
import { BROADCAST, type Mac } from "../../../src/pppoe/mac.ts";
import { encodeTags, findTag, type Tag } from "../../../src/pppoe/tags.ts";
import { acName, cookie, dial, request, service, settle, uniq, within } from "../dial.ts";
import { AC, CUSTOMER, LAN, type Path, WAN } from "../path.ts";
import { HostileClient } from "../raw_client.ts";
import { takePackets } from "../segment.ts";
import { DEFAULTS } from "../default_limits.ts";

const SOURCE: Mac = 0x02_00_00_00_00_e1;

/**
 * An AC that opens a new session for each PADR, as rp-pppoe's does; counts received packets by
 * code.
 */
class EagerAc {
  readonly got: Record<number, number> = {};
  #path: Path;
  #nextId = 0x100;

  constructor(path: Path) {
    this.#path = path;
  }

  answer(): void {
    for (const { code, source, list } of takePackets(this.#path.ac)) {
      this.got[code] = (this.got[code] ?? 0) + 1;
      const to = { destination: source, source: AC };
      if (code === CODE_PADI) {
        this.#path.ac.send({ ...to, code: CODE_PADO, sessionId: 0 }, [acName, cookie, ...list]);
      } else if (code === CODE_PADR) {
        const own = list.filter(({ type }) => type !== TAG_AC_COOKIE);
        this.#path.ac.send({ ...to, code: CODE_PADS, sessionId: this.#nextId++ }, own);
      }
    }
  }

  /** Lets everything in flight arrive and be answered. */
  async rest(): Promise<void> {
    for (let turn = 0; turn < 2; turn++) {
      await settle();
      this.answer();
    }
    await settle();
  }
}

Deno.test("H3: of 100,000 equal PADRs of a client in 5 s one reaches the AC, and one session is opened", () =>
  within({ clients: ["victim"], limits: DEFAULTS, sessionsPerClient: 10_000 }, async (path) => {
    await dial(path, { id: 0x11 });
    const hostile = new HostileClient(path, "hostile");
    await settle();
    const ac = new EagerAc(path);
    hostile.packet(CODE_PADI, [service, uniq(6)], { source: SOURCE });
    await ac.rest();
    for (let turn = 0; turn < 500; turn++) {
      for (let i = 0; i < 200; i++) {
        hostile.packet(CODE_PADR, [service, uniq(6)], { source: SOURCE });
      }
      path.advance(10);
      await ac.rest();
    }
    assertEquals(ac.got, { [CODE_PADI]: 1, [CODE_PADR]: 1 });
    assertEquals(path.server.proxy.peers.get("hostile")?.sessions, 1);
    // The first answer, then the same PADS for its repetitions, one a second.
    const pads = hostile.seen.filter(({ body }) => body[15] === CODE_PADS);
    assertEquals(new Set(pads.map(({ handle }) => handle)).size, 1);
    assertLessOrEqual(pads.length, 6);
  }));

Deno.test("H3: of a customer's 100,000 equal PADRs in 5 s the server gets one a second, even when unanswered", () =>
  within({ limits: DEFAULTS }, async (path) => {
    const { wire, pado } = await request(path);
    await path.ac.packet();
    const padr = { source: CUSTOMER, destination: LAN, code: CODE_PADR, sessionId: 0 };
    const wrapped = { type: TAG_AC_COOKIE, value: findTag(pado.list, TAG_AC_COOKIE)?.slice() };
    const tags = [service, uniq(7, 0, 255), wrapped as Tag];
    for (let turn = 0; turn < 500; turn++) {
      for (let i = 0; i < 200; i++) wire.send(padr, tags);
      path.advance(10);
      await settle();
    }
    // One retransmission a second of those that a host may send (RFC 2516 section 8).
    const padrs = takePackets(path.ac).map(({ code }) => code);
    assertEquals(padrs, Array(5).fill(CODE_PADR));
    assertEquals(wire.frames, []);
  }));

Deno.test("H3: different PADRs of many discoveries and MAC addresses are limited like PADIs", () =>
  within({ clients: ["victim"], limits: DEFAULTS, sessionsPerClient: 10_000 }, async (path) => {
    const hostile = new HostileClient(path, "hostile");
    await settle();
    const counts = { padi: 0, padr: 0 };
    for (let turn = 0; turn < 500; turn++) {
      for (let i = 0; i < 20; i++) {
        const source = SOURCE + 256 * (i + turn % 4 * 20);
        hostile.packet(CODE_PADI, [service, uniq(i)], { source });
        for (let k = 0; k < 5; k++) {
          const junk = { type: 0x0105, value: Uint8Array.of(turn >> 8, turn, k) };
          hostile.packet(CODE_PADR, [service, uniq(i), junk], { source });
        }
      }
      path.advance(10);
      await settle();
      for (const { code, source, list } of takePackets(path.ac)) {
        if (code === CODE_PADI) {
          counts.padi++;
          path.ac.send({ destination: source, source: AC, code: CODE_PADO, sessionId: 0 }, list);
        } else counts.padr++;
      }
    }
    const seconds = 5;
    assertLessOrEqual(counts.padi, 200 * seconds + 50);
    assert(counts.padr > 500, `${counts.padr}`);
    // 80 customers, each with 4 PADRs a second and 13 at once, within those of a client.
    assertLessOrEqual(counts.padr, 80 * (13 + 4 * seconds));
    assertLessOrEqual(counts.padr, 2 * 200 * seconds + 900 + 40 + 20 * seconds);
    assertLessOrEqual(path.server.pending(), 4_096);
    path.advance(4_000);
    await settle();
    path.ac.frames.length = 0;
    await dial(path, { id: 0x31 });
  }));

Deno.test("H3: a customer has at most sessions_per_customer sessions, and others can still dial", () =>
  within({ limits: { ...DEFAULTS, padiRatePerMac: 100, sessionsPerCustomer: 3 } }, async (path) => {
    for (let id = 1; id <= 3; id++) await dial(path, { id, tags: [service, uniq(id)] });
    const waiting = { source: CUSTOMER, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
    path.customers[0].send(waiting, [service, uniq(9)]);
    await settle();
    assertEquals([path.ac.frames, path.customers[0].frames], [[], []]);
    assertEquals(path.clients[0].drops, { "customer-session-limit": 1 });
    await dial(path, { id: 4, customer: CUSTOMER + 1 });
    path.ac.send({ destination: WAN, source: AC, code: CODE_PADT, sessionId: 1 }, []);
    await path.customers[0].packet();
    await dial(path, { id: 5, tags: [service, uniq(9)] });
  }));

Deno.test("H3: the server enforces sessions_per_customer on a client that does not", () =>
  within({
    clients: ["victim"],
    limits: { ...DEFAULTS, padiRatePerMac: 1_000, padiBurstPerMac: 1_000 },
    sessionsPerClient: 10_000,
  }, async (path) => {
    const hostile = new HostileClient(path, "hostile");
    await settle();
    const ac = new EagerAc(path);
    for (let i = 0; i < 40; i++) {
      hostile.packet(CODE_PADI, [service, uniq(i)], { source: SOURCE });
      await ac.rest();
      hostile.packet(CODE_PADR, [service, uniq(i)], { source: SOURCE });
      await ac.rest();
    }
    assertEquals(path.server.proxy.peers.get("hostile")?.sessions, 16);
    assertEquals(ac.got[CODE_PADR], 16);
    assertEquals(path.server.drops["customer-session-limit"], 24);
  }));

Deno.test("H3: a lost PADS is repeated for the same PADR, and an ended session's offer is used up", () =>
  within({ limits: DEFAULTS }, async (path) => {
    const { wire, pado, pads } = await dial(path);
    const padr = { source: CUSTOMER, destination: LAN, code: CODE_PADR, sessionId: 0 };
    const wrapped = pado.list.filter(({ type }) => type === TAG_AC_COOKIE);
    const tags = [service, uniq(7, 0, 255), ...wrapped];
    path.advance(3_000);
    wire.send(padr, tags);
    assertEquals((await wire.packet()).frame, pads.frame);
    path.ac.send({ destination: WAN, source: AC, code: CODE_PADT, sessionId: 0x11 }, []);
    assertEquals((await wire.packet()).code, CODE_PADT);
    path.advance(3_000);
    wire.send(padr, tags);
    wire.send(padr, [{ type: 0x0105, value: new Uint8Array(4) }, ...tags]);
    for (const refused of [await wire.packet(), await wire.packet()]) {
      assertEquals([refused.code, refused.sessionId], [CODE_PADS, 0]);
    }
    await settle();
    assertEquals([path.ac.frames, wire.frames], [[], []]);
    path.advance(1_000);
    await dial(path, { id: 0x12 });
  }));

Deno.test("H6: a PADR is sent only to an address that made an offer, whatever a client sends", () =>
  within({ clients: ["victim"] }, async (path) => {
    const hostile = new HostileClient(path, "hostile");
    await settle();
    hostile.packet(CODE_PADI, [service, uniq(6)], { source: SOURCE });
    const { list } = await path.ac.packet();
    path.ac.send({ destination: WAN, source: AC, code: CODE_PADO, sessionId: 0 }, list);
    await settle();
    await fc.assert(
      fc.asyncProperty(fc.bigInt(0n, 0xffff_ffff_ffffn), async (mac) => {
        const destination = Number(mac);
        if (destination === AC) return;
        hostile.packet(CODE_PADR, [service, uniq(6)], { source: SOURCE, destination });
        path.advance(1_000);
        await settle();
        assertEquals(path.ac.frames, []);
      }),
      { numRuns: 50, examples: [[0n], [0xffff_ffff_ffffn], [BigInt(WAN)], [0x0180_c200_0000n]] },
    );
  }));

Deno.test("H6: whatever PADS and PADO a server sends, no group address or foreign session reaches its client's wire", () =>
  within({}, async (path) => {
    const { wire } = await dial(path);
    await request(path, { customer: CUSTOMER + 1, tags: [service, uniq(8)] });
    await path.ac.packet();
    const { writer } = path.tunnels[0].server;
    const send = (handle: number, code: number, source: Mac, destination: Mac, id: number) =>
      writer.discovery(
        handle,
        encodeDiscovery({
          source,
          destination,
          code,
          sessionId: id,
          tags: encodeTags([acName, service, uniq(8)]),
        }),
      );
    for (const source of [0, BROADCAST, 0x01_00_5e_00_00_01]) {
      send(0, CODE_PADO, source, CUSTOMER + 1, 0);
      send(0, CODE_PADS, source, CUSTOMER + 1, 0);
      send(9, CODE_PADS, source, CUSTOMER + 1, 5);
    }
    send(1, CODE_PADS, AC, CUSTOMER + 1, 0x11); // another customer's session
    send(1, CODE_PADS, AC, BROADCAST, 0x11);
    send(1, CODE_PADS, AC + 1, CUSTOMER, 0x11);
    writer.flush();
    await settle();
    assertEquals(wire.frames, []);
  }));
