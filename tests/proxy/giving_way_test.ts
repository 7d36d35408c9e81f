import { assertEquals } from "@std/assert";
import { CODE_PADI, CODE_PADR, CODE_PADS, CODE_PADT } from "../../src/pppoe/constants.ts";
import { BROADCAST, type Mac } from "../../src/pppoe/mac.ts";
import { dial, payloadOf, service, sessionFrame, settle, uniq, within } from "./dial.ts";
import { AC, CUSTOMER, LAN, type Path, WAN } from "./path.ts";
import { takePackets } from "./segment.ts";

const OTHER: Mac = 0x02_00_00_00_00_c2;
const ECHO = [0xc0, 0x21, 9, 1, 0, 8, 0, 0, 0, 0];

/** What a customer has at its limit, and what its next dial does. */
interface Seen {
  /** Codes and session ids on the AC's wire and on the customer's. */
  ac: [code: number, id: number][];
  customer: [code: number, id: number][];
}

/** Dials with an AC that answers each packet; nothing is expected of the proxies. */
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

/** Two sessions of one customer, which is all that it may have. */
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

for (const where of ["server", "client"] as const) {
  Deno.test(`B1: at the ${where}'s limit the customer's session whose AC left it unanswered gives way`, () =>
    atLimit({ where }, async (path) => {
      const [wire] = path.customers;
      path.advance(1_000);
      wire.sendRaw(sessionFrame(LAN, CUSTOMER, 1, ECHO));
      wire.sendRaw(sessionFrame(LAN, CUSTOMER, 2, ECHO));
      await settle();
      path.ac.sendRaw(sessionFrame(WAN, AC, 2, ECHO)); // the second is alive
      await settle();
      path.advance(10_000);
      for (const side of [path.ac, wire]) side.frames.length = 0;
      const { ac, customer } = await attempt(path, CUSTOMER, 3);
      assertEquals(ac, [[CODE_PADI, 0], [CODE_PADT, 1], [CODE_PADR, 0]]);
      assertEquals(customer.at(-1), [CODE_PADS, 3]);
      assertEquals(customer.filter(([code]) => code === CODE_PADT), [[CODE_PADT, 1]]);
      assertEquals([path.server.ends.length, path.clients[0].ends.length], [1, 1]);
      path.ac.sendRaw(sessionFrame(WAN, AC, 2, [1, 2]));
      assertEquals(payloadOf(await wire.next()), [1, 2]);
    }));

  Deno.test(`B1: at the ${where}'s limit no session gives way whose AC was heard, nor another customer's`, () =>
    atLimit({ where }, async (path) => {
      path.advance(29_999);
      assertEquals((await attempt(path, CUSTOMER, 3)).ac, REFUSED.ac);
      path.advance(1);
      assertEquals((await attempt(path, OTHER, 4)).ac, REFUSED.ac);
      assertEquals([path.server.ends, path.clients[0].ends], [[], []]);
      assertEquals((await attempt(path, CUSTOMER, 5)).customer.at(-1), [CODE_PADS, 5]);
    }));
}

Deno.test("B1: an AC that loses its power twice keeps a client of two sessions out no longer than it is dark", () =>
  within({ sessionsPerClient: 2 }, async (path) => {
    for (let turn = 0; turn < 6; turn++) {
      path.advance(60_000);
      const { customer } = await attempt(path, CUSTOMER, 10 + turn);
      assertEquals(customer.at(-1), [CODE_PADS, 10 + turn]);
    }
    assertEquals(path.server.proxy.sessions.table.size, 2);
    assertEquals(path.server.ends, Array(4).fill("gave-way"));
  }));

Deno.test("B1: the silence of a tunnel that was away is not the AC's", () =>
  within({ sessionsOnClient: 2 }, async (path) => {
    for (const id of [1, 2]) await dial(path, { id, tags: [service, uniq(id)] });
    await path.lose(0);
    path.customers[0].sendRaw(sessionFrame(LAN, CUSTOMER, 1, ECHO));
    await settle();
    path.advance(29_000);
    path.reconnect(0);
    await settle();
    path.advance(1_500);
    assertEquals((await attempt(path, CUSTOMER, 3)).ac, REFUSED.ac);
  }));
