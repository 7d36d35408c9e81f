import { assertEquals } from "@std/assert";
import { CODE_PADT } from "../../src/pppoe/constants.ts";
import { padt } from "../../src/pppoe/discovery.ts";
import { proofTag } from "../../src/proxy/session/session_proof.ts";
import { ControlType, KIND_CONTROL, KIND_DISCOVERY } from "../../src/tunnel/record/record.ts";
import { encodeSessionList } from "../../src/tunnel/session_list.ts";
import { dial, payloadOf, service, sessionFrame, settle, uniq, within } from "./dial.ts";
import { until } from "../until.ts";
import { AC, CUSTOMER, LAN, type Path, WAN } from "./path.ts";
import { HostileClient, record } from "./raw_client.ts";

/** Checks that frames cross in both directions. */
async function carries(path: Path, client: number, id: number): Promise<void> {
  path.ac.sendRaw(sessionFrame(WAN, AC, id, [1, id]));
  assertEquals(payloadOf(await path.customers[client].next()), [1, id]);
  path.customers[client].sendRaw(sessionFrame(LAN, CUSTOMER, id, [2, id]));
  assertEquals(payloadOf(await path.ac.next()), [2, id]);
}

/** Reconnects a client; resolves when both ends have agreed. */
async function resumed(path: Path, client = 0): Promise<void> {
  const [before, there] = [path.server.resumed.length, path.clients[client].resumed.length];
  path.reconnect(client);
  await until(() => path.clients[client].resumed.length > there);
  assertEquals(path.server.resumed.length, before + 1);
}

Deno.test("sessions outlive their tunnel, and neither AC nor customer is notified", () =>
  within({}, async (path) => {
    await dial(path, { id: 7 });
    await path.lose(0);
    path.advance(29_000);
    for (const { proxy } of [path.server, ...path.clients]) proxy.sweep(30_000);
    await resumed(path);
    await carries(path, 0, 7);
    assertEquals(path.server.resumed.at(-1), { kept: 1, ended: 0, unknown: 0 });
    assertEquals(path.clients[0].resumed.at(-1), { kept: 1 });
    assertEquals([path.ac.frames, path.customers[0].frames], [[], []]);
    assertEquals([path.server.ends, path.clients[0].ends], [[], []]);
  }));

Deno.test("while a tunnel is down, frames are dropped and counted, and no session is refused", () =>
  within({}, async (path) => {
    await dial(path, { id: 7 });
    await path.lose(0);
    path.ac.sendRaw(sessionFrame(WAN, AC, 7, [1]));
    path.customers[0].sendRaw(sessionFrame(LAN, CUSTOMER, 7, [1]));
    await until(() => path.server.drops["no-tunnel"] === 1);
    await until(() => path.clients[0].drops["no-tunnel"] === 1);
    await resumed(path);
    await carries(path, 0, 7);
  }));

Deno.test("a session that the AC ended while the tunnel was down ends for the customer on resuming", () =>
  within({}, async (path) => {
    await dial(path, { id: 7 });
    await dial(path, { id: 8 });
    await path.lose(0);
    path.ac.send({ destination: WAN, source: AC, code: CODE_PADT, sessionId: 7 }, []);
    await until(() => path.server.ends.length === 1);
    await resumed(path);
    const padt = await path.customers[0].packet();
    assertEquals([padt.code, padt.sessionId], [CODE_PADT, 7]);
    assertEquals(path.server.resumed.at(-1), { kept: 1, ended: 0, unknown: 1 });
    await carries(path, 0, 8);
    assertEquals(path.ac.frames, []);
  }));

Deno.test("a session that the customer ended while the tunnel was down ends for the AC on resuming", () =>
  within({}, async (path) => {
    await dial(path, { id: 7 });
    await dial(path, { id: 8 });
    await path.lose(0);
    path.customers[0].send(
      { destination: LAN, source: CUSTOMER, code: CODE_PADT, sessionId: 7 },
      [],
    );
    await until(() => path.clients[0].ends.length === 1);
    await resumed(path);
    const padt = await path.ac.packet();
    assertEquals([padt.code, padt.sessionId], [CODE_PADT, 7]);
    assertEquals(path.server.ends, ["padt-customer"]);
    await carries(path, 0, 8);
    assertEquals(path.customers[0].frames, []);
  }));

Deno.test("a client that forgot its sessions gets none back, and the AC is notified", () =>
  within({}, async (path) => {
    await dial(path, { id: 7 });
    await path.lose(0);
    const client = path.clients[0].proxy;
    for (const session of client.sessions.table) {
      client.sessions.close(session, "shutdown", { wire: false, tunnel: false });
    }
    await resumed(path);
    const padt = await path.ac.packet();
    assertEquals([padt.code, padt.sessionId], [CODE_PADT, 7]);
    await dial(path, { id: 9 });
    await carries(path, 0, 9);
  }));

Deno.test("a new login takes over from a tunnel that still seems to be up", () =>
  within({}, async (path) => {
    await dial(path, { id: 7 });
    const { server: old, ended } = path.tunnels[0];
    await resumed(path);
    await carries(path, 0, 7);
    await old.close("replaced", "", 100);
    await ended;
    await carries(path, 0, 7);
    assertEquals([path.server.ends, path.clients[0].ends], [[], []]);
  }));

Deno.test("hundreds of sessions resume together, and new ones get their own handles", () =>
  within({
    limits: {
      sessions: 500,
      sessionsPerCustomer: 500,
      padiRatePerMac: 1e6,
      padiRate: 1e6,
      padiBurstPerMac: 1e6,
      padiBurst: 1e6,
    },
    sessionsPerClient: 500,
  }, async (path) => {
    for (let id = 1; id <= 200; id++) await dial(path, { id });
    await path.lose(0);
    await resumed(path);
    assertEquals(path.server.resumed.at(-1), { kept: 200, ended: 0, unknown: 0 });
    await dial(path, { id: 201 });
    for (const id of [1, 100, 200, 201]) await carries(path, 0, id);
  }));

Deno.test("Z1: an end is recorded before any host is notified", async () => {
  const seen: [before: number, link: { statistics: { sentFrames: number } }][] = [];
  await within({
    observe(link, _session, end): void {
      if (end !== undefined) seen.push([link.statistics.sentFrames, link]);
    },
  }, async (path) => {
    await dial(path, { id: 7 });
    const [session] = path.server.proxy.sessions.table;
    path.server.proxy.sessions.close(session, "admin", { wire: true, tunnel: true });
    assertEquals((await path.ac.packet()).code, CODE_PADT);
    assertEquals((await path.customers[0].packet()).code, CODE_PADT);
    assertEquals(seen.map(([before, { statistics }]) => statistics.sentFrames - before), [1, 1]);
  });
});

/** Returns a list record of one session, with its handle as its id. */
function listed(id: number, last: boolean): Uint8Array {
  const [body] = encodeSessionList([
    { handle: id, acSessionId: id, customer: CUSTOMER, concentrator: AC },
  ]);
  body[0] = last ? 1 : 0;
  return record(KIND_CONTROL, ControlType.sessions, body);
}

/** Returns the handles whose end was sent to a client. */
function endsTold({ seen }: HostileClient): number[] {
  return seen.filter(({ kind }) => kind === KIND_DISCOVERY).map(({ handle }) => handle);
}

/** Opens two sessions of a client that lists them in two records; `happens` runs between them. */
async function whileListing(happens: (path: Path) => void, kept: number): Promise<void> {
  await within({}, async (path) => {
    for (const id of [1, 2]) await dial(path, { id });
    await path.lose(0);
    const client = new HostileClient(path, "branch-1", null);
    client.write(listed(1, false));
    await settle();
    happens(path);
    await settle();
    client.write(listed(2, true));
    await settle();
    assertEquals(endsTold(client).toSorted(), kept === 1 ? [1] : [1, 2]);
    assertEquals(path.server.resumed.at(-1), { kept, ended: 1, unknown: 1 - kept });
  });
}

Deno.test("Z2: a session that the AC ends while the client's list arrives ends for the client, too", () =>
  whileListing((path) => {
    path.ac.send({ destination: WAN, source: AC, code: CODE_PADT, sessionId: 1 }, []);
  }, 1));

for (const how of ["lists its sessions late", "loses that tunnel before it has listed them"]) {
  Deno.test(`a client that returns within the grace, and ${how}, keeps its sessions`, () =>
    within({}, async (path) => {
      await dial(path, { id: 7 });
      await path.lose(0);
      path.advance(29_000);
      const client = new HostileClient(path, "branch-1", null);
      if (how.startsWith("loses")) client.close();
      await settle();
      path.advance(2_000);
      path.server.proxy.sweep(30_000);
      await resumed(path);
      await carries(path, 0, 7);
      assertEquals([path.server.ends, path.ac.frames], [[], []]);
    }));
}

Deno.test("Z2: a list that arrives too late keeps nothing, whichever record a session is in", () =>
  whileListing((path) => {
    path.advance(31_000);
    path.server.proxy.sweep(30_000);
  }, 0));

Deno.test("Z2: a session that the AC ends while PADTs for a slow client wait ends for it, too", () =>
  within({ sessionsPerClient: 20_000 }, async (path) => {
    await dial(path, { id: 1 });
    await path.lose(0);
    const { connection } = path.attach("branch-1");
    const reading = Promise.withResolvers<void>();
    const write = connection.peer?.write.bind(connection.peer);
    if (connection.peer === undefined || write === undefined) throw new Error("No peer");
    connection.peer.write = (bytes) => reading.promise.then(() => write(bytes));
    const ids = Array.from({ length: 19_000 }, (_, i) => i + 1);
    const list = ids.map((id) => ({
      handle: id,
      acSessionId: id,
      customer: CUSTOMER,
      concentrator: AC,
    }));
    for (const body of encodeSessionList(list)) {
      await connection.write(record(KIND_CONTROL, ControlType.sessions, body));
    }
    await settle();
    path.ac.send({ destination: WAN, source: AC, code: CODE_PADT, sessionId: 1 }, []);
    await until(() => path.server.ends.length === 1);
    const before = path.server.resumed.length;
    reading.resolve();
    await until(() => path.server.resumed.length > before);
    assertEquals(path.server.resumed.at(-1), { kept: 0, ended: 1, unknown: 18_999 });
  }));

/**
 * Plays a client that lists 19,000 sessions and does not read the answers until `read` is called.
 */
async function slowClient(
  path: Path,
): Promise<{ send: (handle: number, frame: Uint8Array) => Promise<void>; read: () => void }> {
  const { connection } = path.attach("branch-1");
  const reading = Promise.withResolvers<void>();
  const write = connection.peer?.write.bind(connection.peer);
  if (connection.peer === undefined || write === undefined) throw new Error("No peer");
  connection.peer.write = (bytes) => reading.promise.then(() => write(bytes));
  const list = Array.from({ length: 19_000 }, (_, i) => ({
    handle: i + 1,
    acSessionId: i + 1,
    customer: CUSTOMER,
    concentrator: AC,
  }));
  for (const body of encodeSessionList(list)) {
    await connection.write(record(KIND_CONTROL, ControlType.sessions, body));
  }
  await settle();
  return {
    async send(handle, frame): Promise<void> {
      await connection.write(record(KIND_DISCOVERY, handle, frame));
      await settle();
    },
    read: () => reading.resolve(),
  };
}

for (const mac of ["own", "transparent"] as const) {
  Deno.test(`Z2, mac = ${mac}: a session that a slow client ends while PADTs for it wait ends at the AC`, () =>
    within({ mac, sessionsPerClient: 20_000 }, async (path) => {
      for (const id of [1, 2]) await dial(path, { id, tags: [service, uniq(id)] });
      await path.lose(0);
      const client = await slowClient(path);
      await client.send(2, padt(AC, CUSTOMER, 1)); // another session than the handle's
      await client.send(2, padt(AC, 0x02_00_00_00_00_c2, 2)); // another customer than the session's
      assertEquals([path.server.ends, path.ac.frames], [[], []]);
      assertEquals(path.server.drops["tunnel-frame-unfit"], 2);
      const before = path.server.resumed.length;
      await client.send(1, padt(AC, CUSTOMER, 1));
      assertEquals(path.server.ends, ["padt-customer"]);
      const { code, sessionId } = await path.ac.packet();
      assertEquals([code, sessionId], [CODE_PADT, 1]);
      client.read();
      await until(() => path.server.resumed.length > before);
      assertEquals(path.server.resumed.at(-1), { kept: 1, ended: 1, unknown: 18_998 });
      assertEquals(path.ac.frames, []);
    }));

  Deno.test(`Z2, mac = ${mac}: a forgotten session that a slow client proves while PADTs for it wait ends at the AC`, () =>
    within({ mac, sessionsPerClient: 20_000 }, async (path) => {
      await dial(path, { id: 1 });
      const [{ proof = new Uint8Array(0) }] = path.clients[0].proxy.sessions.table;
      await path.restart("server", false);
      const client = await slowClient(path);
      await client.send(1, padt(AC, CUSTOMER, 1, [proofTag(proof)]));
      const { code, sessionId } = await path.ac.packet();
      assertEquals([code, sessionId], [CODE_PADT, 1]);
      client.read();
    }));
}
