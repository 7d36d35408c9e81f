/** The server's handling of records that docs/protocol.md allows, or does not. */
import { assertEquals } from "@std/assert";
import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  ETHERTYPE_DISCOVERY,
} from "../../src/pppoe/constants.ts";
import { parseDiscovery } from "../../src/pppoe/frame.ts";
import { listSessions } from "../../src/proxy/listing.ts";
import { Known, newPeer, nextHandle, type Peer } from "../../src/proxy/session/session.ts";
import { ControlType, KIND_CONTROL, KIND_DISCOVERY } from "../../src/tunnel/record/record.ts";
import { encodeResumed } from "../../src/tunnel/session_list.ts";
import { Tunnel } from "../../src/tunnel/tunnel.ts";
import { memoryConnectionPair, recordBuffer } from "../tunnel/memory_connection.ts";
import { service, sessionFrame, settle, uniq, within } from "./dial.ts";
import { AC, CUSTOMER, WAN } from "./path.ts";
import { HostileClient, record } from "./raw_client.ts";
import { pollLoop } from "../tunnel/poll_loop.ts";

const NONE = new Uint8Array(0);
const CLOSE_VIOLATION = 4;
const LAST = Uint8Array.of(1);

/** Returns a control record of any type. */
function control(type: number, body: Uint8Array = NONE): Uint8Array {
  return record(KIND_CONTROL, type, body);
}

/**
 * Records that end a tunnel, by the word that ends it; `list` says whether a list precedes them.
 */
const VIOLATIONS: readonly [word: string, list: boolean, bytes: Uint8Array][] = [
  ["unknown-record-kind", true, record(3, 0, NONE)],
  ["unknown-control-type", true, control(11)],
  ["unknown-control-type", true, control(ControlType.ended)],
  ["unknown-control-type", true, control(ControlType.ended, new Uint8Array(4))],
  ["unknown-control-type", true, control(ControlType.resumed, new Uint8Array(4))],
  ["discovery-too-long", true, record(KIND_DISCOVERY, 0, new Uint8Array(1_515))],
  ["control-too-long", true, control(ControlType.ping, new Uint8Array(1_025))],
  ["sessions-unreadable", false, control(ControlType.sessions, new Uint8Array(2))],
  ["sessions-unreadable", false, control(ControlType.sessions, Uint8Array.of(2))],
  ["sessions-unreadable", false, control(ControlType.sessions, Uint8Array.of(0))],
  ["sessions-unexpected", true, control(ControlType.sessions, LAST)],
];

/** Returns the word with which a client's tunnel has ended; it was sent in a close of code 4. */
async function violationOf(client: HostileClient): Promise<string> {
  await client.taken();
  await settle();
  const last = client.seen.at(-1);
  assertEquals([last?.handle, last?.body[0]], [ControlType.close, CLOSE_VIOLATION]);
  const { reason, detail } = await client.ended;
  assertEquals(reason, "protocol-violation");
  assertEquals(new TextDecoder().decode(last?.body.subarray(1)), detail);
  return detail;
}

for (const [word, list, bytes] of VIOLATIONS) {
  Deno.test(`violation: ${word} ends the tunnel, with a close of code 4 (${bytes.length} bytes)`, () =>
    within({}, async (path) => {
      const client = new HostileClient(path, "hostile", list ? [] : null);
      client.write(bytes);
      assertEquals(await violationOf(client), word);
    }));
}

Deno.test("violation: more sessions in a list than a client may have, or has", () =>
  within({ sessionsPerClient: 2 }, async (path) => {
    const session = { acSessionId: 7, customer: CUSTOMER, concentrator: AC };
    const list = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ handle: i + 1, ...session }));
    const honest = new HostileClient(path, "two", list(2));
    await settle();
    assertEquals(path.server.resumed.at(-1), { kept: 0, ended: 0, unknown: 2 });
    const greedy = new HostileClient(path, "three", list(3));
    assertEquals(await violationOf(greedy), "sessions-too-many");
    honest.close();
  }));

Deno.test("violation: a client's 16,385th discovery packet in a moment, and none before it", () =>
  within({}, async (path) => {
    const client = new HostileClient(path, "hostile");
    for (let i = 0; i < 2 * 8_192; i++) client.packet(CODE_PADI, []);
    await client.taken();
    assertEquals(client.seen.filter(({ handle }) => handle === ControlType.close), []);
    client.packet(CODE_PADI, []);
    assertEquals(await violationOf(client), "discovery-rate");
  }));

Deno.test("violation: a client that has sent them logs in again, and may send no discovery packet", () =>
  within({}, async (path) => {
    const first = new HostileClient(path, "hostile");
    for (let i = 0; i <= 2 * 8_192; i++) first.packet(CODE_PADI, []);
    assertEquals(await violationOf(first), "discovery-rate");
    const second = new HostileClient(path, "hostile");
    second.packet(CODE_PADI, []);
    assertEquals(await violationOf(second), "discovery-rate");
    const other = new HostileClient(path, "honest");
    other.packet(CODE_PADI, []);
    await other.taken();
    assertEquals(other.seen.filter(({ handle }) => handle === ControlType.close), []);
  }));

Deno.test("violation: resumed-unexpected is a second answer to a list, or one with more sessions than listed", () => {
  const tunnel = new Tunnel({
    connection: memoryConnectionPair()[0],
    buffer: recordBuffer(),
    keepalive: { interval: 1e6, timeout: 2e6 },
    now: () => 0,
    pollLoop,
  });
  const take = listSessions(newPeer("server", 0), tunnel, [], () => {});
  assertEquals(take(ControlType.resumed, encodeResumed(1)), "resumed-unexpected");
  assertEquals(take(ControlType.resumed, encodeResumed(0)), undefined);
  assertEquals(take(ControlType.resumed, encodeResumed(0)), "resumed-unexpected");
  assertEquals(take(ControlType.resumed, LAST), "unknown-control-type");
});

Deno.test("before the end of its list a client's frames are dropped, and it receives none", () =>
  within({}, async (path) => {
    const client = new HostileClient(path, "slow", null);
    client.packet(CODE_PADI, [service, uniq(1)]);
    client.session(1, Uint8Array.of(0xc0, 0x21));
    await settle();
    assertEquals(path.ac.frames, []);
    assertEquals(path.server.drops, { "tunnel-frame-unfit": 1, "session-unknown": 1 });
    assertEquals(client.seen, []);
    client.list([]);
    client.packet(CODE_PADI, [service, uniq(1)]);
    assertEquals((await path.ac.packet()).code, CODE_PADI);
  }));

Deno.test("in the tunnel discovery has the addresses and ids of customer and AC, and EtherType 0x8863", () =>
  within({}, async (path) => {
    const client = new HostileClient(path, "plain");
    client.packet(CODE_PADI, [service, uniq(1)]);
    const { list } = await path.ac.packet();
    path.ac.send({ destination: WAN, source: AC, code: CODE_PADO, sessionId: 0 }, list);
    await settle();
    client.packet(CODE_PADR, [service, uniq(1)]);
    await path.ac.packet();
    path.ac.send({ destination: WAN, source: AC, code: CODE_PADS, sessionId: 0x77 }, list);
    await settle();
    const frames = client.seen.filter(({ kind }) => kind === KIND_DISCOVERY);
    const seen = frames.map(({ handle, body }) => {
      const packet = parseDiscovery(body);
      if (typeof packet === "string") throw new Error(packet);
      const { code, source, destination, sessionId } = packet;
      const etherType = new DataView(body.buffer).getUint16(12);
      return [handle, code, source, destination, sessionId, etherType];
    });
    assertEquals(seen, [
      [0, CODE_PADO, AC, CUSTOMER, 0, ETHERTYPE_DISCOVERY],
      [1, CODE_PADS, AC, CUSTOMER, 0x77, ETHERTYPE_DISCOVERY],
    ]);
    path.ac.sendRaw(sessionFrame(WAN, AC, 0x77, [0xc0, 0x21, 9]));
    await settle();
    assertEquals([...client.seen.at(-1)?.body ?? []], [0xc0, 0x21, 9], "without its header");
  }));

Deno.test("handles are assigned in turn, and one is free again after all others", () => {
  const peer: Peer = newPeer("branch-1", 0);
  const given = Array.from({ length: 0xffff }, () => nextHandle(peer));
  assertEquals(given, Array.from({ length: 0xffff }, (_, i) => i + 1));
  peer.handles[2] = 1; // open
  peer.known[3] = Known.declined; // the client may still prove the session that had it
  assertEquals([1, 2, 3].map(() => nextHandle(peer)), [1, 4, 5]);
  for (let i = 0; i < 0xffff - 5; i++) nextHandle(peer);
  assertEquals([1, 2, 3].map(() => nextHandle(peer)), [1, 3, 4]);
  peer.handles.fill(1);
  assertEquals(nextHandle(peer), 0);
});
