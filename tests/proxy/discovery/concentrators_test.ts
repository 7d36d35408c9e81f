import { assertEquals } from "@std/assert";
import { CODE_PADI, CODE_PADO } from "../../../src/pppoe/constants.ts";
import { BROADCAST, type Mac } from "../../../src/pppoe/mac.ts";
import {
  AC_MEMORY,
  Concentrators,
  CUSTOMER_MEMORY,
  DOUBT,
  ESTABLISHED,
} from "../../../src/proxy/discovery/concentrators.ts";
import type { Session } from "../../../src/proxy/session/session.ts";
import { acName, dial, payloadOf, service, sessionFrame, settle, uniq, within } from "../dial.ts";
import { AC, CUSTOMER, LAN, type Path, WAN } from "../path.ts";

const OTHER: Mac = 0x02_00_00_00_00_c2;

/** Makes a host on the AC's wire answer another customer's PADI from the address of a customer. */
async function forge(path: Path, source: Mac, asker = OTHER): Promise<void> {
  const [wire] = path.customers;
  wire.send({ source: asker, destination: BROADCAST, code: CODE_PADI, sessionId: 0 }, [
    service,
    uniq(9),
  ]);
  const padi = await path.ac.packet();
  const pado = { source, destination: padi.source, code: CODE_PADO, sessionId: 0 };
  path.ac.send(pado, [acName, ...padi.list]);
  assertEquals((await wire.packet()).code, CODE_PADO);
}

Deno.test("A5: own: a customer with the AC's address dials like any other", () =>
  within({}, async (path) => {
    await dial(path, { id: 1 });
    const { wire } = await dial(path, { id: 2, customer: AC });
    wire.sendRaw(sessionFrame(LAN, AC, 2, [0xc0, 0x21, 1]));
    assertEquals(payloadOf(await path.ac.next()), [0xc0, 0x21, 1]);
    path.ac.sendRaw(sessionFrame(WAN, AC, 2, [0xc0, 0x21, 2]));
    const down = await wire.next();
    assertEquals([...down.subarray(0, 6)], [2, 0, 0, 0, 0, 0xa1]);
    assertEquals(path.server.proxy.sessions.table.size, 2);
  }));

Deno.test("A5: own: a customer with the address of the server's interface dials like any other", () =>
  within({}, async (path) => {
    await dial(path, { id: 1, customer: WAN });
    assertEquals(path.server.proxy.sessions.table.size, 1);
  }));

Deno.test("A5: own: an offer forged with a customer's address blocks no customer", () =>
  within({}, async (path) => {
    await forge(path, CUSTOMER);
    await dial(path, { id: 1 });
    await forge(path, CUSTOMER);
    await dial(path, { id: 2, tags: [service, uniq(2)] });
  }));

Deno.test("A5: transparent: an offer forged with the address of a customer with a session has no effect", () =>
  within({ mac: "transparent" }, async (path) => {
    await dial(path, { id: 1 });
    for (let i = 0; i < 3; i++) {
      await forge(path, CUSTOMER);
      await dial(path, { id: 2 + i, tags: [service, uniq(2 + i)] });
      path.advance(AC_MEMORY / 2);
    }
    assertEquals(path.server.drops, {});
  }));

Deno.test("A5: transparent: offers forged with a new customer's address delay it by 30 seconds in total", () =>
  within({ mac: "transparent" }, async (path) => {
    await forge(path, CUSTOMER);
    const padi = { source: CUSTOMER, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
    const ask = async (id: number): Promise<boolean> => {
      path.customers[0].send(padi, [service, uniq(id)]);
      await settle();
      return path.ac.frames.splice(0).length > 0;
    };
    assertEquals(await ask(1), false);
    assertEquals(path.server.drops, { "ac-address-spoofed": 1 });
    path.advance(DOUBT - 1);
    await forge(path, CUSTOMER);
    assertEquals(await ask(2), false);
    // From here on, forged offers have no effect.
    for (let minute = 0; minute < 30; minute++) {
      path.advance(60_000);
      await forge(path, CUSTOMER);
      assertEquals(await ask(3 + minute), true, `minute ${minute}`);
    }
    await forge(path, CUSTOMER);
    await dial(path, { id: 1 });
    assertEquals(path.server.drops, { "ac-address-spoofed": 2 });
  }));

Deno.test("A5 H6: transparent: an address that has made offers for 10 minutes is an AC's, however long it asks", () =>
  within({ mac: "transparent" }, async (path) => {
    for (let minute = 0; minute <= ESTABLISHED / 60_000; minute++) {
      await forge(path, AC + 1);
      path.advance(60_000);
    }
    const padi = { source: AC + 1, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
    for (let i = 0; i < 60; i++) {
      path.customers[0].send(padi, [service, uniq(100 + i)]);
      await settle();
      assertEquals(path.ac.frames.splice(0), []);
      path.advance(30_000);
      await forge(path, AC + 1);
    }
    assertEquals(path.server.drops, { "ac-address-spoofed": 60 });
  }));

Deno.test("A5: transparent: an offer from the address of the asking customer itself is dropped", () =>
  within({ mac: "transparent" }, async (path) => {
    const padi = { source: CUSTOMER, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
    path.customers[0].send(padi, [service, uniq(9)]);
    const seen = await path.ac.packet();
    const pado = { source: CUSTOMER, destination: CUSTOMER, code: CODE_PADO, sessionId: 0 };
    path.ac.send(pado, [acName, ...seen.list]);
    await settle();
    assertEquals(path.server.drops, { "own-address": 1 });
    await dial(path, { id: 1 });
  }));

Deno.test("A5: transparent: the AC's address stays the AC's as long as it has a session, and 5 minutes longer", () =>
  within({ mac: "transparent" }, async (path) => {
    await dial(path, { id: 1 });
    const spoof = async (): Promise<number> => {
      const padi = { source: AC, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
      path.customers[0].send(padi, [service, uniq(3)]);
      await settle();
      return path.ac.frames.splice(0).length;
    };
    for (let hour = 0; hour < 10; hour++) {
      path.advance(3_600_000);
      assertEquals(await spoof(), 0);
    }
    path.customers[0].send({ source: CUSTOMER, destination: AC, code: 0xa7, sessionId: 1 }, []);
    await settle();
    path.ac.frames.length = 0;
    path.advance(AC_MEMORY - 1);
    assertEquals(await spoof(), 0);
    path.advance(2 * AC_MEMORY);
    assertEquals(await spoof(), 1); // no longer known as an AC
  }));

/** Returns an address table with its own clock and sessions. */
function memory() {
  const clock = { time: 0 };
  const sessions: Session[] = [];
  const book = new Concentrators({ now: () => clock.time, sessions });
  return { clock, sessions, book };
}

Deno.test("sessions of an earlier process count as those of this one", () => {
  const { sessions, book } = memory();
  sessions.push({ customer: 1, concentrator: 2 } as Session);
  assertEquals([book.refuses(1), book.refuses(2)], [false, true]);
  book.offered(1, "");
  assertEquals(book.refuses(1), false);
});

Deno.test("a session with an AC outweighs that its address was a customer's", () => {
  const { book } = memory();
  book.opened({ customer: 1, concentrator: 2 });
  book.opened({ customer: 3, concentrator: 1 });
  assertEquals(book.refuses(1), true);
});

Deno.test("a flood of offers neither takes memory nor evicts an AC with sessions", () => {
  const { clock, book } = memory();
  book.opened({ customer: 1, concentrator: 2 });
  for (let mac = 1_000; mac < 3_000; mac++) book.offered(mac, "x");
  assertEquals(book.refuses(2), true);
  const known = Array.from({ length: 2_000 }, (_, i) => book.refuses(1_000 + i)).filter(Boolean);
  assertEquals(known.length, 256);
  clock.time += AC_MEMORY;
  assertEquals([book.refuses(2), book.refuses(2_999)], [false, false]);
  book.offered(1, "x");
  assertEquals(book.refuses(1), false);
  clock.time += CUSTOMER_MEMORY;
  book.offered(1, "x");
  assertEquals(book.refuses(1), true);
});
