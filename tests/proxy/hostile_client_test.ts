import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  CODE_PADT,
  TAG_AC_COOKIE,
  TAG_HOST_UNIQ,
} from "../../src/pppoe/constants.ts";
import { parseDiscovery } from "../../src/pppoe/frame.ts";
import { findTag, type Tag } from "../../src/pppoe/tags.ts";
import { KIND_DISCOVERY, KIND_SESSION } from "../../src/tunnel/record/record.ts";
import { acName, dial, payloadOf, service, sessionFrame, settle, uniq, within } from "./dial.ts";
import { AC, CUSTOMER, LAN, type Path, type PathOptions, WAN } from "./path.ts";
import { HostileClient } from "./raw_client.ts";

const VICTIM_ID = 0x11;
const SECRET = [0x56, 0x49, 0x43, 0x54, 0x49, 0x4d];

/**
 * Runs a malicious client next to a victim with a session; afterwards the victim's session works.
 */
async function beside(
  options: PathOptions,
  body: (path: Path, hostile: HostileClient) => Promise<void>,
): Promise<void> {
  await within({ clients: ["victim"], ...options }, async (path) => {
    await dial(path, { id: VICTIM_ID });
    const hostile = new HostileClient(path, "hostile");
    await settle();
    await body(path, hostile);
    await settle();
    assertEquals([path.ac.frames, path.customers[0].frames], [[], []]);
    const [local, remote] = options.mac === "transparent" ? [CUSTOMER, AC] : [WAN, LAN];
    path.ac.sendRaw(sessionFrame(local, AC, VICTIM_ID, SECRET));
    assertEquals(payloadOf(await path.customers[0].next()), SECRET);
    path.customers[0].sendRaw(sessionFrame(remote, CUSTOMER, VICTIM_ID, SECRET));
    assertEquals(payloadOf(await path.ac.next()), SECRET);
    for (const { kind, body } of hostile.seen) {
      assert(
        kind !== KIND_SESSION || !body.join().includes(SECRET.join()),
        "it sees the victim's frames",
      );
    }
  });
}

/** Makes a hostile client open its own session. */
async function openOwn(path: Path, hostile: HostileClient, id = 0x22): Promise<void> {
  const source = 0x02_00_00_00_00_e1;
  hostile.packet(CODE_PADI, [service, uniq(6)], { source });
  const { list } = await path.ac.packet();
  path.ac.send({ destination: WAN, source: AC, code: CODE_PADO, sessionId: 0 }, list);
  await settle();
  hostile.packet(CODE_PADR, [service, uniq(6)], { source });
  await path.ac.packet();
  const answer = { destination: WAN, source: AC, code: CODE_PADS, sessionId: id };
  path.ac.send(answer, list);
  await settle();
}

for (const mac of ["own", "transparent"] as const) {
  Deno.test(`mac = ${mac}: a record with a handle that the client does not own has no effect`, () =>
    beside({ mac }, async (path, hostile) => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 0xffff }),
          fc.integer({ min: 0, max: 0xff }),
          fc.constantFrom(0, 1, VICTIM_ID, 0xffff),
          async (handle, code, id) => {
            hostile.session(handle, Uint8Array.of(0xc0, 0x21, 5));
            if (code !== CODE_PADI && code !== CODE_PADR) {
              hostile.packet(code, [service], { handle, id });
            }
            if (handle !== 0) hostile.packet(CODE_PADR, [service], { handle, id });
            await settle();
            assertEquals([path.ac.frames, path.customers[0].frames], [[], []]);
          },
        ),
        { numRuns: 60 },
      );
      assertEquals(path.server.ends, []);
    }));
}

Deno.test("a client cannot use the address of the server, of an AC, or of another client's customer", () =>
  beside({ mac: "transparent" }, async (path, hostile) => {
    for (const source of [WAN, AC, CUSTOMER, 0, 0x01_00_5e_00_00_01, 0xffff_ffff_ffff]) {
      for (const code of [CODE_PADI, CODE_PADR]) hostile.packet(code, [service], { source });
    }
    await settle();
    assertEquals(path.server.drops, {
      "own-address": 2,
      "ac-address-spoofed": 2,
      "mac-in-use": 2,
      "source-not-unicast": 6,
    });
  }));

Deno.test("whatever addresses and id the frames of a session carry, they are sent as that session's", () =>
  beside({}, async (path, hostile) => {
    await openOwn(path, hostile);
    hostile.packet(CODE_PADT, [], { handle: 1, source: CUSTOMER, destination: LAN, id: VICTIM_ID });
    const padt = await path.ac.packet();
    assertEquals(
      [padt.code, padt.sessionId, padt.source, padt.destination],
      [CODE_PADT, 0x22, WAN, AC],
    );
    assertEquals(path.server.ends, ["padt-customer"]);
  }));

Deno.test("a PADT from another client does not pass as the answer to a session's end", () =>
  within({ clients: ["victim"] }, async (path) => {
    await dial(path, { id: VICTIM_ID });
    const hostile = new HostileClient(path, "hostile");
    await settle();
    path.ac.send({ destination: WAN, source: AC, code: CODE_PADT, sessionId: VICTIM_ID }, []);
    await path.customers[0].packet();
    hostile.packet(CODE_PADT, [], { handle: 1, id: VICTIM_ID });
    await settle();
    assertEquals(path.ac.frames, []);
    assertEquals(path.server.drops, { "session-unknown": 1 });
  }));

Deno.test("another client's sessions cannot be resumed, whatever list is sent", () =>
  within({ clients: ["victim"] }, async (path) => {
    await dial(path, { id: VICTIM_ID });
    const known = [...path.server.proxy.sessions.table][0];
    const hostile = new HostileClient(path, "hostile", [known, known, { ...known, handle: 0 }]);
    await settle();
    assertEquals(path.server.resumed.at(-1), { kept: 0, ended: 0, unknown: 3 });
    path.ac.sendRaw(sessionFrame(WAN, AC, VICTIM_ID, SECRET));
    assertEquals(payloadOf(await path.customers[0].next()), SECRET);
    assertEquals(hostile.seen.filter(({ kind }) => kind === KIND_SESSION), []);
    assertEquals([path.ac.frames, path.server.ends], [[], []]);
  }));

for (const hostUniq of ["rewrite", "preserve"] as const) {
  Deno.test(`host_uniq = ${hostUniq}: a client that uses another's Host-Uniq or token gets none of its answers`, () =>
    within({ clients: ["victim"], hostUniq }, async (path) => {
      const hostile = new HostileClient(path, "hostile");
      await settle();
      const tags: Tag[] = [service, uniq(7, 7, 7, 7)];
      const asked = { source: CUSTOMER, sessionId: 0, code: CODE_PADI };
      path.customers[0].send({ ...asked, destination: 0xffff_ffff_ffff }, tags);
      const padi = await path.ac.packet();
      const token = findTag(padi.list, TAG_HOST_UNIQ) ?? new Uint8Array(0);
      hostile.packet(CODE_PADI, [service, { type: TAG_HOST_UNIQ, value: token }]);
      hostile.packet(CODE_PADI, tags);
      await settle();
      path.ac.frames.length = 0;
      const pado = { destination: WAN, source: AC, code: CODE_PADO, sessionId: 0 };
      path.ac.send(pado, [acName, ...padi.list]);
      assertEquals((await path.customers[0].packet()).code, CODE_PADO);
      await settle();
      assertEquals(hostile.seen.filter(({ kind }) => kind === KIND_DISCOVERY), []);
    }));
}

Deno.test("a customer cannot use the cookie that was given to another customer", () =>
  within({}, async (path) => {
    const [wire, other] = [path.customers[0], 0x02_00_00_00_00_c2];
    const cookies: Uint8Array[] = [];
    for (const source of [CUSTOMER, other]) {
      wire.send({ source, destination: 0xffff_ffff_ffff, code: CODE_PADI, sessionId: 0 }, [
        service,
      ]);
      const padi = await path.ac.packet();
      path.ac.send({ destination: WAN, source: AC, code: CODE_PADO, sessionId: 0 }, padi.list);
      cookies.push(findTag((await wire.packet()).list, TAG_AC_COOKIE) ?? new Uint8Array(0));
    }
    const padr = { source: other, destination: LAN, code: CODE_PADR, sessionId: 0 };
    wire.send(padr, [service, { type: TAG_AC_COOKIE, value: cookies[0] }]);
    await settle();
    assertEquals([path.ac.frames, path.clients[0].drops], [[], { "ac-cookie-unknown": 1 }]);
  }));

Deno.test("floods of PADI and PADR fill no table beyond its limit, and a new customer gets through", () =>
  within({
    clients: ["victim"],
    limits: { pendingDiscoveries: 16, padiRate: 1_000, padiBurst: 1_000 },
  }, async (path) => {
    const hostile = new HostileClient(path, "hostile");
    await settle();
    for (let i = 0; i < 2_000; i++) {
      const source = 0x02_e0_00_00_00_00 + i;
      hostile.packet(i % 2 === 0 ? CODE_PADI : CODE_PADR, [service, uniq(i >> 8, i)], { source });
    }
    await settle();
    assertEquals(path.server.pending(), 16);
    const sent = path.ac.frames.splice(0).map((frame) => parseDiscovery(frame));
    assertLessOrEqual(sent.length, 16);
    path.advance(5_001);
    await dial(path);
    assertEquals(path.server.proxy.sessions.table.size, 1);
  }));

Deno.test("a PADR without a PADI before it reaches no AC and takes no place from others", () =>
  beside({ limits: { pendingDiscoveries: 4 } }, async (path, hostile) => {
    for (let i = 0; i < 50; i++) {
      hostile.packet(CODE_PADR, [service, uniq(i)], { source: 0x02_e0_00_00_00_00 + i });
    }
    await settle();
    assertEquals(path.ac.frames, []);
    assertEquals(path.server.drops, { "unsolicited": 50 });
    const answers = hostile.seen.filter(({ kind }) => kind === KIND_DISCOVERY);
    assertEquals(answers.map(({ body }) => body[15]), Array(50).fill(CODE_PADS));
    await dial(path, { id: 0x33, tags: [service, uniq(9)] });
  }));

Deno.test("a client has one tunnel, however many connections it opens without saying anything", () =>
  beside({}, async (path, hostile) => {
    const others = Array.from({ length: 20 }, () => new HostileClient(path, "mute", null));
    const ends = await Promise.all(others.slice(0, -1).map(({ ended }) => ended));
    assertEquals(new Set(ends.map(({ reason }) => reason)), new Set(["replaced"]));
    others[19].list([]);
    others[3].list([]);
    await settle();
    assertEquals([...path.server.proxy.peers.keys()].sort(), ["hostile", "mute", "victim"]);
    hostile.close();
  }));

Deno.test("a client that lists its sessions too late leaves none behind when it disconnects", () =>
  beside({ sessionsPerClient: 1 }, async (path) => {
    for (let turn = 0; turn < 3; turn++) {
      const late = new HostileClient(path, "late", null);
      path.advance(31_000);
      path.server.proxy.sweep(30_000);
      late.list([]);
      await settle();
      await openOwn(path, late, 0x40 + turn);
      late.close();
      await late.ended;
      await settle();
      assertEquals(path.server.proxy.peers.has("late"), true);
      path.advance(31_000);
      path.server.proxy.sweep(30_000);
      assertEquals((await path.ac.packet()).sessionId, 0x40 + turn);
    }
    assertEquals(path.server.proxy.sessions.table.size, 1);
    assertEquals(path.server.ends, Array(3).fill("tunnel-lost"));
  }));

Deno.test("when a client has two connections, the first to close takes nothing from the other", () =>
  beside({}, async (path) => {
    const first = new HostileClient(path, "twice", null);
    const second = new HostileClient(path, "twice", null);
    first.close();
    await first.ended;
    second.list([]);
    await settle();
    await openOwn(path, second);
    assertEquals(path.server.proxy.peers.get("twice")?.sessions, 1);
    second.close();
    await second.ended;
    path.advance(31_000);
    path.server.proxy.sweep(30_000);
    assertEquals((await path.ac.packet()).code, CODE_PADT);
  }));

Deno.test("a client that logs in again before its old tunnel is known to be lost stays within its limits", () =>
  beside({ sessionsPerClient: 1 }, async (path) => {
    const old = new HostileClient(path, "back");
    await settle();
    const back = new HostileClient(path, "back");
    assertEquals((await old.ended).reason, "replaced");
    await settle();
    await openOwn(path, back);
    assertEquals(path.server.proxy.peers.get("back")?.sessions, 1);
    back.packet(CODE_PADI, [service], { source: 0x02_00_00_00_00_e2 });
    await settle();
    assertEquals(path.server.drops, { "session-limit": 1 });
  }));
