/** Late packets of an ended session while a newer one uses its id. */
import { assertEquals } from "@std/assert";
import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  CODE_PADT,
  TAG_AC_COOKIE,
} from "../../../src/pppoe/constants.ts";
import { padt } from "../../../src/pppoe/discovery.ts";
import {
  acName,
  dial,
  payloadOf,
  request,
  service,
  sessionFrame,
  settle,
  uniq,
  within,
} from "../dial.ts";
import { AC, CUSTOMER, LAN, type Path, WAN } from "../path.ts";
import { HostileClient } from "../raw_client.ts";
import { takePackets } from "../segment.ts";

const TWO = { clients: ["a", "b"] };

/** Returns codes and ids of discovery packets on the AC's wire. */
function atAc(path: Path): [code: number, id: number][] {
  return takePackets(path.ac).map(({ code, sessionId }) => [code, sessionId]);
}

function acEnds(path: Path, sessionId: number, local = WAN): void {
  path.ac.send({ destination: local, source: AC, code: CODE_PADT, sessionId }, []);
}

function customerEnds(path: Path, client: number, sessionId: number): void {
  const padt = { destination: LAN, source: CUSTOMER, code: CODE_PADT, sessionId };
  path.customers[client].send(padt, []);
}

async function carries(path: Path, client: number, id: number): Promise<void> {
  path.ac.sendRaw(sessionFrame(WAN, AC, id, [1, id]));
  assertEquals(payloadOf(await path.customers[client].next()), [1, id]);
}

/** Returns a PADT as it appears in the tunnel. */
function padtFrame(sessionId: number): Uint8Array {
  return padt(CUSTOMER, AC, sessionId);
}

/** Opens a session for a client that is played entirely by the test. */
async function dialRaw(path: Path, client: HostileClient, id: number): Promise<void> {
  client.packet(CODE_PADI, [service, uniq(id)]);
  const { list } = await path.ac.packet();
  path.ac.send({ destination: WAN, source: AC, code: CODE_PADO, sessionId: 0 }, [acName, ...list]);
  await settle();
  client.packet(CODE_PADR, [service, uniq(id)]);
  await path.ac.packet();
  path.ac.send({ destination: WAN, source: AC, code: CODE_PADS, sessionId: id }, list);
  await settle();
}

Deno.test("L1: A's late answer to the AC's PADT does not end B's session of the same id", () =>
  within(TWO, async (path) => {
    await dial(path, { client: 0, id: 1 });
    acEnds(path, 1);
    await settle();
    takePackets(path.customers[0]);
    await dial(path, { client: 1, id: 1, tags: [service, uniq(2)] });
    customerEnds(path, 0, 1);
    await settle();
    assertEquals(atAc(path), []);
    await carries(path, 1, 1);
  }));

Deno.test("L1: nor does it while the AC's PADS for B is in flight", () =>
  within(TWO, async (path) => {
    await dial(path, { client: 0, id: 1 });
    acEnds(path, 1);
    await settle();
    takePackets(path.customers[0]);
    const asked = await request(path, { client: 1, tags: [service, uniq(2)] });
    const padr = await path.ac.packet();
    assertEquals(padr.code, CODE_PADR);
    customerEnds(path, 0, 1);
    await settle();
    assertEquals(atAc(path), []);
    const tags = padr.list.filter(({ type }) => type !== TAG_AC_COOKIE);
    path.ac.send({ destination: WAN, source: AC, code: CODE_PADS, sessionId: 1 }, tags);
    assertEquals((await asked.wire.packet()).sessionId, 1);
    await carries(path, 1, 1);
  }));

Deno.test("L1: nor does it after B's session has ended, too, and a third one has the id", () =>
  within({ clients: ["a", "b", "c"] }, async (path) => {
    await dial(path, { client: 0, id: 1 });
    for (const client of [1, 2]) {
      acEnds(path, 1);
      await settle();
      await dial(path, { client, id: 1, tags: [service, uniq(client)] });
    }
    takePackets(path.customers[0]);
    takePackets(path.customers[1]);
    customerEnds(path, 0, 1);
    customerEnds(path, 1, 1);
    await settle();
    assertEquals(atAc(path), []);
    await carries(path, 2, 1);
  }));

Deno.test("L1: an answer still passes if no other session can be meant", () =>
  within(TWO, async (path) => {
    await dial(path, { client: 0, id: 1 });
    await dial(path, { client: 1, id: 2, tags: [service, uniq(2)] });
    acEnds(path, 1);
    await settle();
    customerEnds(path, 0, 1);
    await settle();
    assertEquals(atAc(path), [[CODE_PADT, 1]]);
  }));

Deno.test("L1: the AC's late answer does not end the customer's next session of the same id", () =>
  within({}, async (path) => {
    await dial(path, { id: 1 });
    customerEnds(path, 0, 1);
    await settle();
    takePackets(path.ac);
    await dial(path, { id: 1, tags: [service, uniq(2)] });
    // Delayed in the tunnel: what a server would have sent earlier.
    const frame = takePackets(path.customers[0]);
    assertEquals(frame, []);
    const [{ server }] = path.tunnels;
    server.writer.discovery(1, padtFrame(1));
    server.writer.flush();
    await settle();
    assertEquals(takePackets(path.customers[0]), []);
    await carries(path, 0, 1);
  }));

Deno.test("L1: frames with a handle of the server's previous process do not reach a new session", () =>
  within({}, async (path) => {
    await dial(path, { id: 1 });
    const [old] = path.clients[0].proxy.sessions.table;
    await path.restart("server", false);
    const client = new HostileClient(path, "branch-1", [old]);
    await settle();
    await dialRaw(path, client, 9);
    const [fresh] = path.server.proxy.sessions.table;
    client.session(old.handle, Uint8Array.of(0, 0x21, 1));
    client.packet(CODE_PADT, [], { handle: old.handle, id: 1 });
    await settle();
    assertEquals([...path.server.proxy.sessions.table], [fresh]);
    assertEquals(path.ac.frames, []);
  }));

Deno.test("L1: a restored session that the AC has since ended does not end B's", () =>
  within(TWO, async (path) => {
    await dial(path, { client: 0, id: 1 });
    await path.restart("server", true);
    for (const session of path.clients[0].proxy.sessions.table) {
      path.clients[0].proxy.sessions.close(session, "admin", { wire: false, tunnel: false });
    }
    path.reconnect(1);
    await settle();
    const asked = await request(path, { client: 1, tags: [service, uniq(2)] });
    const padr = await path.ac.packet();
    path.reconnect(0); // A no longer has the session
    await settle();
    assertEquals(atAc(path), []);
    const tags = padr.list.filter(({ type }) => type !== TAG_AC_COOKIE);
    path.ac.send({ destination: WAN, source: AC, code: CODE_PADS, sessionId: 1 }, tags);
    assertEquals((await asked.wire.packet()).sessionId, 1);
    path.advance(1_000);
    await settle();
    assertEquals(atAc(path), []);
    await carries(path, 1, 1);
  }));

Deno.test("L1: the customer's answer for the session that a restarted AC forgot does not end its next", () =>
  within({}, async (path) => {
    for (const id of [1, 2]) await dial(path, { id, tags: [service, uniq(id)] });
    const { wire } = await request(path, { tags: [service, uniq(3)] });
    const { list } = await path.ac.packet();
    path.ac.send({ destination: WAN, source: AC, code: CODE_PADS, sessionId: 1 }, list);
    assertEquals((await wire.packet()).code, CODE_PADT);
    const pads = await wire.packet();
    assertEquals([pads.code, pads.sessionId], [CODE_PADS, 3]); // 1 may be answered, 2 is taken
    customerEnds(path, 0, 1);
    await settle();
    assertEquals([path.server.ends, path.clients[0].ends], [["replaced"], ["replaced"]]);
    path.ac.sendRaw(sessionFrame(WAN, AC, 1, [1, 1]));
    assertEquals(payloadOf(await wire.next()), [1, 1]);
  }));

for (const answers of [true, false]) {
  Deno.test(`L1: the AC's id is kept again once the customer ${answers ? "has answered" : "will not answer"}`, () =>
    within({}, async (path) => {
      await dial(path, { id: 1 });
      acEnds(path, 1);
      assertEquals((await path.customers[0].packet()).code, CODE_PADT);
      if (answers) customerEnds(path, 0, 1);
      else path.advance(5_000);
      await settle();
      takePackets(path.ac);
      assertEquals((await dial(path, { id: 1, tags: [service, uniq(2)] })).pads.sessionId, 1);
    }));
}
