import { assert, assertEquals } from "@std/assert";
import { CODE_PADI, CODE_PADR } from "../../src/pppoe/constants.ts";
import type { Mac } from "../../src/pppoe/mac.ts";
import { ControlType, KIND_CONTROL, KIND_DISCOVERY } from "../../src/tunnel/record/record.ts";
import type { ListedSession } from "../../src/tunnel/session_list.ts";
import { dial, payloadOf, service, sessionFrame, settle, within } from "./dial.ts";
import { AC, type Path, WAN } from "./path.ts";
import { HostileClient, record } from "./raw_client.ts";

function listed(count: number, from = 1): ListedSession[] {
  return Array.from({ length: count }, (_, i) => ({
    handle: from + i,
    acSessionId: from + i,
    customer: 0x02_00_00_00_10_00 + i as Mac,
    concentrator: AC,
  }));
}

async function detail(hostile: HostileClient): Promise<string> {
  const end = await hostile.ended;
  assertEquals([end.reason, end.by], ["protocol-violation", "us"]);
  return end.detail;
}

/** Sends these payloads through the only customer's session from the tunnel to the AC. */
async function carry(path: Path, payloads: readonly number[][]): Promise<void> {
  const { writer } = path.tunnels[0].client;
  for (const payload of payloads) writer.session(1, Uint8Array.from(payload), 0, payload.length);
  writer.flush();
  await settle();
}

Deno.test("H5: a session record without a whole PPP protocol field makes no frame", () =>
  within({}, async (path) => {
    await dial(path, { id: 0x11 });
    await carry(path, [[], [0x00], [0x80], [0xc0]]);
    assertEquals([path.ac.frames, path.server.drops], [[], { "ppp-short": 4 }]);
    // A compressed protocol field, with and without information; LCP's two bytes.
    const legal = [[0x21], [0x57, 0x60], [0xc0, 0x21]];
    await carry(path, legal);
    for (const payload of legal) assertEquals(payloadOf(await path.ac.next()), payload);
    path.ac.sendRaw(sessionFrame(WAN, AC, 0x11, []));
    await settle();
    assertEquals([path.customers[0].frames, path.server.drops], [[], { "ppp-short": 5 }]);
  }));

Deno.test("H1: a list of more sessions than a client may have ends its tunnel, however it is split", () =>
  within({ sessionsPerClient: 100 }, async (path) => {
    const atOnce = new HostileClient(path, "hostile", null);
    atOnce.list(listed(101));
    assertEquals(await detail(atOnce), "sessions-too-many");
    const inParts = new HostileClient(path, "hostile", null);
    const part = new Uint8Array(1 + 16);
    for (let i = 0; i < 101; i++) inParts.write(record(KIND_CONTROL, ControlType.sessions, part));
    assertEquals(await detail(inParts), "sessions-too-many");
    const ofNothing = new HostileClient(path, "hostile", null);
    ofNothing.write(record(KIND_CONTROL, ControlType.sessions, new Uint8Array(1)));
    assertEquals(await detail(ofNothing), "sessions-unreadable");
    const twice = new HostileClient(path, "hostile", listed(100));
    await settle();
    twice.list([]);
    assertEquals(await detail(twice), "sessions-unexpected");
    assertEquals(path.ac.frames, []);
  }));

Deno.test("H1: sessions that a client has are resumed even if its limit is lower now", () => {
  const limits = { sessionsPerClient: 2 };
  return within(limits, async (path) => {
    await dial(path, { id: 1 });
    await dial(path, { id: 2 });
    limits.sessionsPerClient = 1;
    await path.lose(0);
    path.reconnect(0);
    await settle();
    assertEquals(path.server.resumed.at(-1), { kept: 2, ended: 0, unknown: 0 });
  });
});

Deno.test("H1: a client that lists 20,000 unknown sessions is sent a PADT for each, as fast as it reads", () =>
  within({ sessionsPerClient: 20_000 }, async (path) => {
    const client = new HostileClient(path, "hostile", listed(20_000));
    const told = () => client.seen.filter(({ kind }) => kind === KIND_DISCOVERY);
    for (let i = 0; i < 500 && path.server.resumed.length < 2; i++) await settle();
    assertEquals(path.server.resumed.at(-1), { kept: 0, ended: 0, unknown: 20_000 });
    await settle();
    assertEquals(new Set(told().map(({ handle }) => handle)).size, 20_000);
    const last = client.seen.at(-1);
    assertEquals([last?.kind, last?.handle], [KIND_CONTROL, ControlType.resumed]);
  }));

Deno.test("H1: an excessive rate of discovery packets ends the tunnel", () =>
  within({ clients: ["victim"] }, async (path) => {
    await dial(path, { id: 0x11 });
    const hostile = new HostileClient(path, "hostile");
    await settle();
    for (let i = 0; i < 20_000; i++) hostile.packet(i === 0 ? CODE_PADI : CODE_PADR, [service]);
    assertEquals(await detail(hostile), "discovery-rate");
    assert(path.ac.frames.length < 10);
  }));

Deno.test("H5: a server's false count of resumed sessions, or a second one, ends the tunnel", () =>
  within({}, async (path) => {
    await dial(path, { id: 0x11 });
    const { server, ended } = path.tunnels[0];
    server.writer.control(ControlType.resumed, Uint8Array.of(0xff, 0xff, 0xff, 0xff));
    server.writer.flush();
    await ended;
    assertEquals(path.clients[0].resumed, [{ kept: 0 }]);
  }));
