import { assertEquals } from "@std/assert";
import { CODE_PADI, CODE_PADT } from "../../../src/pppoe/constants.ts";
import { BROADCAST } from "../../../src/pppoe/mac.ts";
import { AddressBook } from "../../../src/proxy/discovery/address_book.ts";
import { newPeer, type Peer } from "../../../src/proxy/session/session.ts";
import { dial, service, sessionFrame, settle, uniq, within } from "../dial.ts";
import { AC, CUSTOMER, type Path, type PathOptions } from "../path.ts";

const two: PathOptions = { clients: ["one", "two"], mac: "transparent" };

/** Whether a PADI of the customer at a client reaches the AC. */
async function asks(path: Path, client: number, uniqueness: number): Promise<boolean> {
  const padi = { source: CUSTOMER, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
  path.ac.frames.length = 0;
  path.customers[client].send(padi, [service, uniq(uniqueness)]);
  await settle();
  return path.ac.frames.length > 0;
}

Deno.test("M2: transparent: when two clients have a customer with the same address, the first keeps it, in discovery too", () =>
  within(two, async (path) => {
    assertEquals(await asks(path, 0, 1), true);
    assertEquals(await asks(path, 1, 2), false);
    assertEquals(path.server.drops, { "mac-in-use": 1 });
    path.advance(10_001);
    assertEquals(await asks(path, 1, 3), true);
    assertEquals(await asks(path, 0, 4), false);
  }));

Deno.test("M2: transparent: no client can hold an address against another's customer by asking alone", () =>
  within(two, async (path) => {
    const other: boolean[] = [];
    for (let second = 0; second < 66; second += 3) {
      await asks(path, 0, second);
      path.advance(3_000);
      other.push(await asks(path, 1, 100 + second));
    }
    assertEquals(other.indexOf(true), 20); // after a minute
  }));

Deno.test("M2: transparent: an address stays with its session's client, for a minute after the session, and across a restart", () =>
  within(two, async (path) => {
    await dial(path, { client: 0, id: 1 });
    path.advance(600_000);
    assertEquals(await asks(path, 1, 1), false);
    await path.restart("server", true);
    for (const i of [0, 1]) path.reconnect(i);
    await settle();
    assertEquals(await asks(path, 1, 1), false);
    path.advance(600_000);
    path.server.proxy.sweep(1e9);
    path.ac.send({ destination: CUSTOMER, source: AC, code: CODE_PADT, sessionId: 1 }, []);
    await settle();
    path.advance(50_000);
    assertEquals(await asks(path, 1, 1), false);
    path.advance(10_001);
    assertEquals(await asks(path, 1, 1), true);
  }));

Deno.test("M2: a flood of forged addresses evicts no session's address", () => {
  let now = 0;
  const [one, two] = ["one", "two"].map((name) => newPeer(name, 0)) as [Peer, Peer];
  const book = new AddressBook(() => now, []);
  book.serves({ customer: CUSTOMER, peer: one });
  for (let i = 0; i < 200_000; i++) book.claim(0x06_00_00_00_00_00 + i, two);
  assertEquals([book.isFree(CUSTOMER, two), book.isFree(CUSTOMER, one)], [false, true]);
  now += 60_001;
  assertEquals(book.isFree(CUSTOMER, two), true);
});

Deno.test("H6: transparent: once a session proves an AC, no customer can use its address, not even with an open session", () =>
  within({ ...two, clients: ["honest", "other"] }, async (path) => {
    const impostor = AC + 1; // the address of an AC that has not been heard yet
    await dial(path, { client: 1, customer: impostor, id: 5 });
    await dial(path, { client: 0, ac: impostor, id: 6 });
    assertEquals(path.server.ends, ["ac-address"]);
    path.customers[1].frames.length = path.ac.frames.length = 0;
    path.customers[1].sendRaw(sessionFrame(AC, impostor, 5, [0xc0, 0x21, 9]));
    const padi = { source: impostor, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
    path.customers[1].send(padi, [service, uniq(9)]);
    await settle();
    assertEquals(path.ac.frames, []);
    assertEquals(path.server.drops, { "ac-address-spoofed": 1 });
  }));
