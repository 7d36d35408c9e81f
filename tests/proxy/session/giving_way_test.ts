import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { CODE_PADI, CODE_PADR, CODE_PADS, CODE_PADT } from "../../../src/pppoe/constants.ts";
import { BROADCAST, type Mac } from "../../../src/pppoe/mac.ts";
import { dial, payloadOf, service, sessionFrame, settle, uniq, within } from "../dial.ts";
import { AC, CUSTOMER, LAN, type Path, WAN } from "../path.ts";
import { takePackets } from "../segment.ts";

const OTHER: Mac = 0x02_00_00_00_00_c2;
const ECHO = [0xc0, 0x21, 9, 1, 0, 8, 0, 0, 0, 0];

/** What the AC and the customer receive during a dial. */
interface Seen {
  /** Codes and session ids on the AC's wire and on the customer's. */
  ac: [code: number, id: number][];
  customer: [code: number, id: number][];
}

/** Dials with an AC that answers each packet, without expectations of the proxies. */
async function attempt(path: Path, customer: Mac, id: number): Promise<Seen> {
  const seen: Seen = { ac: [], customer: [] };
  const tags = [service, uniq(id)];
  const [wire] = path.customers;
  wire.send({ source: customer, destination: BROADCAST, code: CODE_PADI, sessionId: 0 }, tags);
  for (let turn = 0; turn < 3; turn++) {
    await settle();
    for (const { code, source, sessionId, list } of takePackets(path.ac)) {
      seen.ac.push([code, sessionId]);
      const answer = { source: AC, destination: source, sessionId: 0 };
      if (code === CODE_PADI) path.ac.send({ ...answer, code: 0x07 }, [acTag, ...list]);
      if (code === CODE_PADR) path.ac.send({ ...answer, code: CODE_PADS, sessionId: id }, list);
    }
    await settle();
    for (const { code, source, sessionId, list } of takePackets(wire)) {
      seen.customer.push([code, sessionId]);
      const padr = { source: customer, destination: source, code: CODE_PADR, sessionId: 0 };
      if (code === 0x07) wire.send(padr, list);
    }
  }
  return seen;
}

const acTag = { type: 0x0102, value: new TextEncoder().encode("ac-1") };
const REFUSED = { ac: [], customer: [] };

/** Opens two sessions of one customer, which is its limit. */
async function atLimit(
  options: { where: "server" | "client" },
  body: (path: Path) => Promise<void>,
): Promise<void> {
  const limit = options.where === "server" ? { sessionsPerClient: 2 } : { sessionsOnClient: 2 };
  await within(limit, async (path) => {
    for (const id of [1, 2]) await dial(path, { id, tags: [service, uniq(id)] });
    await body(path);
  });
}

const ECHO_REQUEST = 9;
const ECHO_REPLY = 10;
/** Time from the refused dial to the next one, in milliseconds (RFC 2516 section 8). */
const RETRY = 5_000;

/**
 * Lets time pass while the AC answers the echoes of these sessions; returns the number of echoes it
 * got.
 */
async function pass(path: Path, milliseconds: number, alive: number[] = []): Promise<number> {
  let asked = 0;
  for (let passed = 0; passed < milliseconds; passed += 100) {
    path.advance(100);
    await settle();
    for (const frame of path.ac.frames.filter((it) => it[13] === 0x64 && it[22] === ECHO_REQUEST)) {
      asked++;
      const id = new DataView(frame.buffer, frame.byteOffset).getUint16(16);
      const request = payloadOf(frame);
      const reply = [...request.slice(0, 2), ECHO_REPLY, ...request.slice(3)];
      if (alive.includes(id)) path.ac.sendRaw(sessionFrame(WAN, AC, id, reply));
    }
    const rest = path.ac.frames.filter((it) => it[13] !== 0x64);
    path.ac.frames.splice(0, path.ac.frames.length, ...rest);
    await settle();
  }
  return asked;
}

/** Sends the customer's echoes on these sessions; the AC answers them. */
async function echo(path: Path, ids: number[]): Promise<void> {
  for (const id of ids) path.customers[0].sendRaw(sessionFrame(LAN, CUSTOMER, id, ECHO));
  await pass(path, 100, ids);
  path.customers[0].frames.length = 0;
}

const codesOf = (wire: Path["ac"]) =>
  takePackets(wire).map(({ code, sessionId }) => [code, sessionId]);

for (const where of ["server", "client"] as const) {
  Deno.test(`B1: at the ${where}'s limit the ACs of two healthy, quiet sessions are asked, and both sessions stay`, () =>
    atLimit({ where }, async (path) => {
      for (let turn = 0; turn < 20; turn++) {
        await pass(path, RETRY, [1, 2]);
        path.customers[0].sendRaw(sessionFrame(LAN, CUSTOMER, 1 + turn % 2, [0, 0x21, 1]));
        assertEquals((await attempt(path, CUSTOMER, 3)).ac.filter(([code]) => code !== 0), []);
      }
      await pass(path, RETRY, [1, 2]);
      assertEquals([path.server.ends, path.clients[0].ends], [[], []]);
      assertEquals([path.server.proxy.sessions.table.size, path.customers[0].frames], [2, []]);
    }));

  Deno.test(`B1: at the ${where}'s limit a session whose AC does not answer makes room for the customer's next dial`, () =>
    atLimit({ where }, async (path) => {
      const [wire] = path.customers;
      await echo(path, [1, 2]);
      await pass(path, 3_000);
      path.ac.sendRaw(sessionFrame(WAN, AC, 2, ECHO)); // the second session is alive
      await settle();
      for (const side of [path.ac, wire]) side.frames.length = 0;
      assertEquals(await attempt(path, CUSTOMER, 3), REFUSED);
      assertEquals(await pass(path, RETRY, [2]), 2); // the dial saw the first question
      assertEquals([path.server.ends, path.clients[0].ends].map((it) => it.length), [1, 1]);
      assertEquals([codesOf(path.ac), codesOf(wire)], [[[CODE_PADT, 1]], [[CODE_PADT, 1]]]);
      const { ac, customer } = await attempt(path, CUSTOMER, 3);
      assertEquals(ac, [[CODE_PADI, 0], [CODE_PADR, 0]]);
      assertEquals(customer.at(-1), [CODE_PADS, 3]);
      path.ac.sendRaw(sessionFrame(WAN, AC, 2, [1, 2]));
      assertEquals(payloadOf(await wire.next()), [1, 2]);
    }));

  Deno.test(`B1: at the ${where}'s limit an AC that never answered an echo counts as dead only after a minute of silence`, () =>
    atLimit({ where }, async (path) => {
      for (let silent = 0; silent < 50_000; silent += RETRY) {
        assertEquals((await attempt(path, CUSTOMER, 3)).customer, []);
        await pass(path, RETRY);
      }
      assertEquals([path.server.ends, path.clients[0].ends], [[], []]);
      await attempt(path, OTHER, 4);
      await pass(path, 10_000);
      assertEquals([path.server.ends, path.clients[0].ends], [[], []]);
      await attempt(path, CUSTOMER, 5);
      await pass(path, RETRY);
      assertEquals((await attempt(path, CUSTOMER, 5)).customer.at(-1), [CODE_PADS, 5]);
    }));

  Deno.test(`B1: at the ${where}'s limit a flood of dials asks a limited number of questions`, () =>
    atLimit({ where }, async (path) => {
      const [wire] = path.customers;
      await pass(path, 3_000);
      const padi = { source: CUSTOMER, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
      let asked = 0;
      for (let turn = 0; turn < 50; turn++) {
        for (let i = 0; i < 40; i++) wire.send(padi, [service, uniq(turn, i)]);
        await settle();
        asked += await pass(path, 100, [1, 2]);
      }
      assert(asked >= 2);
      assertLessOrEqual(asked, 2 * 3); // each session once in 2 s
      assertEquals([path.server.ends, path.clients[0].ends], [[], []]);
    }));
}

Deno.test("B1: after two power failures of the AC, a client with two sessions is refused only one dial", () =>
  within({ sessionsPerClient: 2 }, async (path) => {
    for (let turn = 0; turn < 6; turn++) {
      await pass(path, 60_000);
      let { customer } = await attempt(path, CUSTOMER, 10 + turn);
      if (turn >= 2) {
        assertEquals(customer, []);
        await pass(path, RETRY);
        ({ customer } = await attempt(path, CUSTOMER, 10 + turn));
      }
      assertEquals(customer.at(-1), [CODE_PADS, 10 + turn]);
    }
    assertEquals(path.server.proxy.sessions.table.size, 2);
    assertEquals(path.server.ends, Array(4).fill("gave-way"));
  }));

Deno.test("B1: silence while the tunnel was down does not count as the AC's", () =>
  within({ sessionsOnClient: 2 }, async (path) => {
    for (const id of [1, 2]) await dial(path, { id, tags: [service, uniq(id)] });
    await echo(path, [1, 2]);
    await pass(path, 3_000);
    await attempt(path, CUSTOMER, 3);
    await path.lose(0);
    await pass(path, 29_000);
    path.reconnect(0);
    await settle();
    await attempt(path, CUSTOMER, 3);
    await pass(path, RETRY);
    assertEquals([path.server.ends, path.clients[0].ends], [[], []]);
  }));

Deno.test("B1: silence of a stalled tunnel does not count as the AC's, and the AC's own later silence still does", () =>
  atLimit({ where: "client" }, async (path) => {
    await echo(path, [1, 2]);
    await pass(path, 3_000);
    const resume = path.tunnels[0].stall();
    for (let turn = 0; turn < 3; turn++) {
      await attempt(path, CUSTOMER, 3);
      await pass(path, RETRY);
    }
    resume();
    await pass(path, 100, [1, 2]);
    assertEquals([path.server.ends, path.clients[0].ends], [[], []]);
    await pass(path, 3_000);
    await attempt(path, CUSTOMER, 3);
    await pass(path, RETRY);
    assertEquals(path.clients[0].ends, ["gave-way"]);
  }));

Deno.test("B1: while the AC's interface is down, silence does not count as the AC's", () =>
  atLimit({ where: "server" }, async (path) => {
    await echo(path, [1, 2]);
    await pass(path, 3_000);
    let up = true;
    Object.defineProperty(path.server.link, "up", { get: () => up });
    await attempt(path, CUSTOMER, 3);
    up = false; // after the first question
    await pass(path, RETRY);
    await attempt(path, CUSTOMER, 3);
    await pass(path, RETRY);
    assertEquals(path.server.ends, []);
    up = true;
    await attempt(path, CUSTOMER, 3);
    await pass(path, RETRY);
    assertEquals(path.server.ends, ["gave-way"]);
  }));
