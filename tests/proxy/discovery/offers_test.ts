import { assertEquals, assertNotEquals } from "@std/assert";
import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  TAG_AC_COOKIE,
  TAG_AC_NAME,
  TAG_GENERIC_ERROR,
  TAG_HOST_UNIQ,
  TAG_RELAY_SESSION_ID,
  TAG_SERVICE_NAME,
} from "../../../src/pppoe/constants.ts";
import { BROADCAST, type Mac } from "../../../src/pppoe/mac.ts";
import { findTag, type Tag } from "../../../src/pppoe/tags.ts";
import { payloadOf, service, sessionFrame, settle, uniq, within } from "../dial.ts";
import { AC, CUSTOMER, LAN, type Path, type SeenPacket, WAN } from "../path.ts";

/** First of the addresses of many ACs. */
const ACS: Mac = 0x02_00_00_00_0a_00;

const text = (value: string) => new TextEncoder().encode(value);
const named = (name: string): Tag => ({ type: TAG_AC_NAME, value: text(name) });
const cookieOf = (...bytes: number[]): Tag => ({
  type: TAG_AC_COOKIE,
  value: Uint8Array.from(bytes),
});
const without = (list: Tag[], ...types: number[]) =>
  list.filter(({ type }) => !types.includes(type));

/** Sends a customer's PADI; returns it as the AC sees it. */
async function ask(path: Path, tags: Tag[], source = CUSTOMER): Promise<SeenPacket> {
  path.customers[0].send({ source, destination: BROADCAST, code: CODE_PADI, sessionId: 0 }, tags);
  return await path.ac.packet();
}

/** Sends an AC's PADO; returns it as the customer sees it. */
async function offer(path: Path, padi: SeenPacket, own: Tag[], source = AC): Promise<SeenPacket> {
  const pado = { source, destination: padi.source, code: CODE_PADO, sessionId: 0 };
  path.ac.send(pado, [...own, ...padi.list]);
  return await path.customers[0].packet();
}

function take(path: Path, pado: SeenPacket, tags: Tag[], source = CUSTOMER): void {
  const padr = { source, destination: pado.source, code: CODE_PADR, sessionId: 0 };
  path.customers[0].send(padr, tags);
}

/** Sends the AC's PADS; returns it as the customer sees it. */
async function confirm(path: Path, padr: SeenPacket, id: number, ac: Mac): Promise<SeenPacket> {
  const pads = { source: ac, destination: padr.source, code: CODE_PADS, sessionId: id };
  path.ac.send(pads, without(padr.list, TAG_AC_COOKIE));
  return await path.customers[0].packet();
}

for (const chosen of [0, 1]) {
  Deno.test(`A1: of two ACs on one MAC address, offer ${chosen} is accepted with its own cookie`, () =>
    within({}, async (path) => {
      const padi = await ask(path, [service, uniq(7)]);
      const seen = [
        await offer(path, padi, [named("isp-a"), cookieOf(1, 1)]),
        await offer(path, padi, [named("isp-b"), cookieOf(2, 2, 2)]),
      ];
      assertNotEquals(findTag(seen[0].list, TAG_AC_COOKIE), findTag(seen[1].list, TAG_AC_COOKIE));
      take(path, seen[chosen], without(seen[chosen].list, TAG_AC_NAME));
      const padr = await path.ac.packet();
      assertEquals(padr.destination, AC);
      assertEquals([...findTag(padr.list, TAG_AC_COOKIE) ?? []], [[1, 1], [2, 2, 2]][chosen]);
      assertEquals((await confirm(path, padr, 5, AC)).sessionId, 5);
      for (const { proxy } of [path.server, path.clients[0]]) {
        assertEquals([...proxy.sessions.table].map(({ names }) => names.ac), [
          ["isp-a", "isp-b"][chosen],
        ]);
      }
      path.customers[0].sendRaw(sessionFrame(LAN, CUSTOMER, 5, [0xc0, 0x21]));
      assertEquals(payloadOf(await path.ac.next()), [0xc0, 0x21]);
    }));
}

Deno.test("A1 O1: of 64 ACs on one MAC address each offer can be accepted, including the last", () =>
  within({}, async (path) => {
    const padi = await ask(path, [service, uniq(7)]);
    const seen: SeenPacket[] = [];
    for (let i = 0; i < 64; i++) {
      seen.push(await offer(path, padi, [named(`isp-${i}`), cookieOf(9, i)]));
    }
    for (const i of [63, 0]) {
      take(path, seen[i], without(seen[i].list, TAG_AC_NAME));
      const padr = await path.ac.packet();
      assertEquals([...findTag(padr.list, TAG_AC_COOKIE) ?? []], [9, i]);
    }
    assertEquals(path.server.drops, {});
  }));

Deno.test("A1: the answer of an AC to a repeated PADI with the same cookie gets the same cookie of ours", () =>
  within({}, async (path) => {
    const cookies = [];
    for (let i = 0; i < 3; i++) {
      const padi = await ask(path, [service, uniq(7)]);
      cookies.push(
        findTag((await offer(path, padi, [named("a"), cookieOf(1)])).list, TAG_AC_COOKIE),
      );
    }
    assertEquals(cookies[1], cookies[0]);
    assertEquals(cookies[2], cookies[0]);
    const padi = await ask(path, [service, uniq(7)]);
    const anew = await offer(path, padi, [named("a"), cookieOf(2)]);
    assertNotEquals(findTag(anew.list, TAG_AC_COOKIE), cookies[0]);
    take(path, anew, [service, uniq(7), { type: TAG_AC_COOKIE, value: cookies[0] ?? text("") }]);
    assertEquals([...findTag((await path.ac.packet()).list, TAG_AC_COOKIE) ?? []], [1]);
  }));

const changed: [string, Tag[], Tag[]][] = [
  ["differs", [uniq(1, 2)], [uniq(9, 9, 9)]],
  ["is new", [], [uniq(9)]],
  ["is gone", [uniq(1, 2)], []],
  ["is empty", [uniq(1, 2)], [uniq()]],
  ["has 300 bytes", [uniq(1)], [{ type: TAG_HOST_UNIQ, value: new Uint8Array(300).fill(5) }]],
];
for (const mac of ["own", "transparent"] as const) {
  for (const gives of ["a cookie", "no cookie"]) {
    for (const [how, asked, taken] of changed) {
      Deno.test(`A3: a PADR whose Host-Uniq ${how} opens a session, mac = ${mac}, the AC gives ${gives}`, () =>
        within({ mac }, async (path) => {
          const padi = await ask(path, [service, ...asked]);
          const own = gives === "a cookie" ? [cookieOf(1, 2, 3)] : [];
          const pado = await offer(path, padi, [named("a"), ...own]);
          assertEquals(findTag(pado.list, TAG_HOST_UNIQ), findTag(asked, TAG_HOST_UNIQ));
          take(path, pado, [
            ...without(pado.list, TAG_AC_NAME, TAG_HOST_UNIQ),
            ...taken,
          ]);
          const padr = await path.ac.packet();
          assertEquals(findTag(padr.list, TAG_HOST_UNIQ), findTag(padi.list, TAG_HOST_UNIQ));
          assertEquals(findTag(padr.list, TAG_AC_COOKIE), findTag(own, TAG_AC_COOKIE));
          const pads = await confirm(path, padr, 5, AC);
          assertEquals(pads.sessionId, 5);
          assertEquals(findTag(pads.list, TAG_HOST_UNIQ), findTag(taken, TAG_HOST_UNIQ));
          assertEquals([path.server.drops, path.clients[0].drops], [{}, {}]);
        }));
    }
  }
}

Deno.test("A3: an error PADS, of the AC or of the server, has the PADR's Host-Uniq too", () =>
  within({ sessionsPerClient: 1 }, async (path) => {
    const padi = await ask(path, [service, uniq(1)]);
    const pado = await offer(path, padi, [named("a"), cookieOf(1)]);
    const taken = [...without(pado.list, TAG_AC_NAME, TAG_HOST_UNIQ), uniq(2)];
    take(path, pado, taken);
    const padr = await path.ac.packet();
    const answer = { source: AC, destination: WAN, code: CODE_PADS, sessionId: 0 };
    path.ac.send(answer, [{ type: TAG_GENERIC_ERROR, value: text("no") }, ...padr.list]);
    const refused = await path.customers[0].packet();
    assertEquals([refused.sessionId, ...findTag(refused.list, TAG_HOST_UNIQ) ?? []], [0, 2]);
    await confirm(path, padr, 5, AC);
    const again = await offer(path, padi, [named("b"), cookieOf(3)], AC + 1);
    take(path, again, [...without(again.list, TAG_AC_NAME, TAG_HOST_UNIQ), uniq(4)]);
    const full = await path.customers[0].packet();
    assertEquals([full.sessionId, ...findTag(full.list, TAG_HOST_UNIQ) ?? []], [0, 4]);
  }));

Deno.test("A3: a PADR repeated with another Host-Uniq gets the same session with that Host-Uniq", () =>
  within({}, async (path) => {
    const padi = await ask(path, [service, uniq(1)]);
    const pado = await offer(path, padi, [named("a"), cookieOf(1)]);
    const bare = without(pado.list, TAG_AC_NAME, TAG_HOST_UNIQ);
    take(path, pado, [...bare, uniq(2)]);
    await confirm(path, await path.ac.packet(), 5, AC);
    for (const again of [[uniq(3, 3)], [], [uniq(4)]]) {
      path.advance(1_500);
      take(path, pado, [...bare, ...again]);
      const pads = await path.customers[0].packet();
      assertEquals([pads.code, pads.sessionId], [CODE_PADS, 5]);
      assertEquals(findTag(pads.list, TAG_HOST_UNIQ), findTag(again, TAG_HOST_UNIQ));
    }
    assertEquals(path.server.proxy.sessions.table.size, 1);
  }));

Deno.test("A1: a PADR for the offer of another AC on the same address is not a repetition of the first", () =>
  within({}, async (path) => {
    const padi = await ask(path, [service, uniq(1)]);
    const [first, second] = [
      await offer(path, padi, [named("isp-a"), cookieOf(1)]),
      await offer(path, padi, [named("isp-b"), cookieOf(2)]),
    ];
    take(path, first, without(first.list, TAG_AC_NAME));
    await confirm(path, await path.ac.packet(), 5, AC);
    path.advance(1_500);
    take(path, second, without(second.list, TAG_AC_NAME));
    await settle();
    const seen = path.customers[0].frames.map((frame) => new DataView(frame.buffer).getUint16(16));
    assertEquals(seen.includes(5), false);
  }));

Deno.test("A3: a PADR without a cookie goes to the only AC that made an offer; with several ACs it is dropped", () =>
  within({}, async (path) => {
    const first = await ask(path, [service, uniq(1)]);
    const pado = await offer(path, first, [named("a")]);
    take(path, pado, [service]);
    assertEquals((await path.ac.packet()).destination, AC);
    await offer(path, first, [named("b")]);
    take(path, pado, [service, uniq(1)]);
    await settle();
    assertEquals([path.ac.frames, path.clients[0].drops], [[], { "ac-cookie-missing": 1 }]);
  }));

Deno.test("an offer of another customer or of a lost tunnel is not accepted", () =>
  within({}, async (path) => {
    const padi = await ask(path, [service, uniq(1)]);
    const pado = await offer(path, padi, [named("a"), cookieOf(1)]);
    const taken = without(pado.list, TAG_AC_NAME);
    take(path, pado, taken, CUSTOMER + 1);
    await settle();
    await path.lose(0);
    path.reconnect(0);
    await settle();
    take(path, pado, taken);
    await settle();
    assertEquals([path.ac.frames, path.clients[0].drops], [[], { "ac-cookie-unknown": 2 }]);
  }));

for (const mac of ["own", "transparent"] as const) {
  Deno.test(`O1: all of 100 ACs that answer one PADI are offered, and each can be chosen, mac = ${mac}`, () =>
    within({ mac }, async (path) => {
      const padi = await ask(path, [service, uniq(1)]);
      const seen: SeenPacket[] = [];
      for (let i = 0; i < 100; i++) {
        seen.push(await offer(path, padi, [named(`ac-${i}`), cookieOf(i)], ACS + i));
        path.advance(20);
      }
      for (const i of [0, 17, 99]) {
        take(path, seen[i], without(seen[i].list, TAG_AC_NAME));
        const padr = await path.ac.packet();
        assertEquals(padr.destination, ACS + i);
        assertEquals([...findTag(padr.list, TAG_AC_COOKIE) ?? []], [i]);
      }
    }));
}

Deno.test("O1: 100 ACs that answer one PADI at the same moment are all offered", () =>
  within({}, async (path) => {
    const padi = await ask(path, [service, uniq(1)]);
    for (let i = 0; i < 100; i++) {
      const pado = { source: ACS + i, destination: WAN, code: CODE_PADO, sessionId: 0 };
      path.ac.send(pado, [named(`ac-${i}`), cookieOf(i), ...padi.list]);
    }
    const names = new Set<string>();
    for (let i = 0; i < 100; i++) {
      const { list } = await path.customers[0].packet();
      names.add(new TextDecoder().decode(findTag(list, TAG_AC_NAME)));
    }
    assertEquals(names.size, 100);
    assertEquals([path.server.drops, path.clients[0].drops], [{}, {}]);
  }));

Deno.test("an AC's error reaches the customer and does not count as an offer", () =>
  within({}, async (path) => {
    const padi = await ask(path, [service, uniq(1)]);
    const error = { type: TAG_GENERIC_ERROR, value: text("full") };
    const pado = await offer(path, padi, [named("a"), cookieOf(1), error]);
    assertEquals(findTag(pado.list, TAG_GENERIC_ERROR), error.value);
    take(path, pado, [service, uniq(1)]);
    await settle();
    assertEquals([path.ac.frames, path.clients[0].drops], [[], { "unsolicited": 1 }]);
  }));

Deno.test("Relay-Session-Id and another Service-Name in the PADR pass unchanged", () =>
  within({}, async (path) => {
    const relay: Tag = { type: TAG_RELAY_SESSION_ID, value: Uint8Array.of(4, 5, 6) };
    const padi = await ask(path, [service, uniq(1), relay]);
    assertEquals(findTag(padi.list, TAG_RELAY_SESSION_ID), relay.value);
    const internet: Tag = { type: TAG_SERVICE_NAME, value: text("internet") };
    const pado = await offer(path, padi, [named("a"), internet]);
    assertEquals(findTag(pado.list, TAG_RELAY_SESSION_ID), relay.value);
    const cookie = pado.list.filter(({ type }) => type === TAG_AC_COOKIE);
    take(path, pado, [internet, uniq(1), relay, ...cookie]);
    const padr = await path.ac.packet();
    assertEquals(findTag(padr.list, TAG_SERVICE_NAME), internet.value);
    const pads = await confirm(path, padr, 5, AC);
    assertEquals(findTag(pads.list, TAG_RELAY_SESSION_ID), relay.value);
  }));

Deno.test("an offer without room for our cookie is dropped, and one with just enough room passes", () =>
  within({}, async (path) => {
    const padi = await ask(path, [service, uniq(...new Uint8Array(16))]);
    // 1,500 bytes of payload: 6 of header, all tags, and our cookie replacing the AC's.
    const rest = padi.list.reduce((sum, { value }) => sum + 4 + value.length, 6);
    const filler = (cookie: number): Tag => named("x".repeat(1500 - rest - 4 - 4 - cookie));
    const fits = await offer(path, padi, [filler(16), {
      type: TAG_AC_COOKIE,
      value: new Uint8Array(1),
    }]);
    assertEquals(findTag(fits.list, TAG_AC_COOKIE)?.length, 16);
    assertEquals(fits.frame.length, 1514);
    const full = { source: AC, destination: WAN, code: CODE_PADO, sessionId: 0 };
    path.ac.send(full, [named("x".repeat(1500 - rest - 4)), ...padi.list]);
    await settle();
    assertEquals(path.clients[0].drops, { "discovery-too-long": 1 });
  }));
