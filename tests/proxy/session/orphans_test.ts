/** Sessions of an earlier process: which hosts get a PADT for them, and which must not. */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { CODE_PADT } from "../../../src/pppoe/constants.ts";
import { BROADCAST, type Mac } from "../../../src/pppoe/mac.ts";
import type { Tag } from "../../../src/pppoe/tags.ts";
import { type Orphan, Orphans } from "../../../src/proxy/session/orphans.ts";
import { RequestsUnderWay } from "../../../src/proxy/session/requests_under_way.ts";
import { HostSessions } from "../../../src/proxy/session/host_sessions.ts";
import { parseKernelSessions } from "../../../src/pppoe/kernel_sessions.ts";
import { proofTag } from "../../../src/proxy/session/session_proof.ts";
import type { ListedSession } from "../../../src/tunnel/session_list.ts";
import { Clock } from "../clock.ts";
import { dial, service, sessionFrame, settle, uniq, within } from "../dial.ts";
import { until } from "../../until.ts";
import { AC, CUSTOMER, LAN, type Path, WAN } from "../path.ts";
import { HostileClient } from "../raw_client.ts";
import { takePackets } from "../segment.ts";

const ECHO = [0xc0, 0x21, 9, 1, 0, 8, 0, 0, 0, 0];
const POLICIES = ["own", "transparent"] as const;

/** Returns the PADTs on a wire: from, to, session id. */
function padts(path: Path, where: "ac" | "customer"): [from: Mac, to: Mac, id: number][] {
  const wire = where === "ac" ? path.ac : path.customers[0];
  return takePackets(wire).filter(({ code }) => code === CODE_PADT)
    .map(({ source, destination, sessionId }) => [source, destination, sessionId]);
}

async function reconnect(path: Path): Promise<void> {
  const [{ resumed }] = path.clients;
  const before = resumed.length;
  path.reconnect(0);
  await until(() => resumed.length > before);
  await settle();
}

/** Plays a client after the server forgot everything: lists sessions and answers each refusal. */
async function claimAll(
  path: Path,
  name: string,
  list: readonly ListedSession[],
  tags: (session: ListedSession) => Tag[],
): Promise<void> {
  const client = new HostileClient(path, name, list);
  await settle();
  for (const session of list) {
    const { handle, customer: source, concentrator: destination, acSessionId: id } = session;
    client.packet(CODE_PADT, tags(session), { handle, source, destination, id });
  }
  await settle();
}

for (const mac of POLICIES) {
  Deno.test(`H2, mac = ${mac}: no resume list makes the server send anything to any host`, () =>
    within({ mac, clients: ["victim"] }, async (path) => {
      await dial(path, { id: 7 });
      await path.restart("server", false);
      const addresses = [BROADCAST, 0x01_80_c2_00_00_00, AC, WAN, LAN, 0, 0x02_00_00_00_00_77];
      const list = addresses.flatMap((concentrator, i) =>
        [1, 7, 0xffff, 0].map((acSessionId, k) => ({
          handle: i * 4 + k,
          acSessionId,
          customer: CUSTOMER,
          concentrator,
        }))
      );
      await claimAll(path, "hostile", list, () => []);
      await path.restart("server", false);
      await claimAll(path, "hostile", list, () => [proofTag(new Uint8Array(16))]);
      path.ac.sendRaw(sessionFrame(WAN, AC, 7, ECHO));
      path.ac.sendRaw(sessionFrame(CUSTOMER, AC, 7, ECHO));
      await settle();
      path.advance(1_000);
      await settle();
      assertEquals([path.ac.frames, path.customers[0].frames], [[], []]);
      assert((path.server.drops["session-unproven"] ?? 0) >= 10);
    }));

  Deno.test(`H2, mac = ${mac}: a proof is valid for one client and one session, once`, () =>
    within({ mac }, async (path) => {
      await dial(path, { id: 7 });
      const [session] = path.clients[0].proxy.sessions.table;
      const { proof = new Uint8Array(0) } = session;
      assertEquals(proof.length, 16);
      await path.restart("server", false);
      const forged = [
        { ...session, acSessionId: 8 },
        { ...session, concentrator: 0x02_00_00_00_00_a2 },
        { ...session, customer: 0x02_00_00_00_00_c2 },
        { ...session, handle: 2 },
      ];
      const tags = () => [proofTag(proof)];
      for (const entry of forged) await claimAll(path, "branch-1", [entry], tags);
      await claimAll(path, "hostile", [session], tags);
      await claimAll(path, "branch-1", [session], () => [proofTag(proof.map((byte) => byte ^ 1))]);
      assertEquals(padts(path, "ac"), []);
      await path.restart("server", false);
      await claimAll(path, "branch-1", [session, session], tags);
      const local = mac === "own" ? WAN : CUSTOMER;
      assertEquals(padts(path, "ac"), [[local, AC, 7]]);
    }));

  Deno.test(`Z2, mac = ${mac}: when a server forgot its sessions, both hosts get a PADT from the address they know`, () =>
    within({ mac }, async (path) => {
      await dial(path, { id: 7 });
      await path.restart("server", false);
      await reconnect(path);
      const [near, far] = mac === "own" ? [LAN, WAN] : [AC, CUSTOMER];
      assertEquals(padts(path, "ac"), [[far, AC, 7]]);
      assertEquals(padts(path, "customer"), [[near, CUSTOMER, 7]]);
      await reconnect(path);
      assertEquals([padts(path, "ac"), padts(path, "customer")], [[], []]);
    }));

  Deno.test(`Z2, mac = ${mac}: when a client forgot its sessions, both hosts get a PADT from the address they know`, () =>
    within({ mac }, async (path) => {
      await dial(path, { id: 7 });
      await path.restart(0, false);
      await reconnect(path);
      const [near, far] = mac === "own" ? [LAN, WAN] : [AC, CUSTOMER];
      assertEquals(padts(path, "ac"), [[far, AC, 7]]);
      for (let turn = 0; turn < 3; turn++) {
        path.customers[0].sendRaw(sessionFrame(near, CUSTOMER, 7, ECHO));
        await settle();
      }
      assertEquals(padts(path, "customer"), [[near, CUSTOMER, 7]]);
    }));

  Deno.test(`H2, mac = ${mac}: a server can make the client send a PADT only to a host that has used that session`, () =>
    within({ mac }, async (path) => {
      await dial(path, { id: 7 });
      await path.restart(0, false);
      await reconnect(path);
      assertEquals(path.customers[0].frames, []);
      const near = mac === "own" ? LAN : AC;
      path.customers[0].sendRaw(sessionFrame(near, 0x02_00_00_00_00_c2, 7, ECHO));
      path.customers[0].sendRaw(sessionFrame(near, CUSTOMER, 8, ECHO));
      path.customers[0].sendRaw(sessionFrame(0x02_00_00_00_00_a2, CUSTOMER, 7, ECHO));
      await settle();
      assertEquals(path.customers[0].frames, []);
    }));
}

Deno.test("H2: a session of the machine's own kernel is never ended, whatever is proved", () => {
  let hosts = 0;
  return within({ isHostSession: (_remote, id) => id === hosts }, async (path) => {
    await dial(path, { id: 7 });
    hosts = 7;
    await path.restart("server", false);
    await reconnect(path);
    await path.restart(0, false);
    await reconnect(path);
    path.customers[0].sendRaw(sessionFrame(LAN, CUSTOMER, 7, ECHO));
    await settle();
    assertEquals(padts(path, "ac"), []);
  });
});

Deno.test("H2: a restored session is dropped if the machine's own kernel has its id by now", async () => {
  let isHosts = false;
  await within({ isHostSession: () => isHosts }, async (path) => {
    await dial(path, { id: 7 });
    isHosts = true;
    await path.restart("server", true);
    await reconnect(path);
    assertEquals([padts(path, "ac"), path.server.proxy.sessions.table.size], [[], 0]);
    path.ac.sendRaw(sessionFrame(WAN, AC, 7, [0, 0x21, 1]));
    await settle();
    assertEquals(padts(path, "customer"), [[LAN, CUSTOMER, 7]]);
    assertEquals(path.customers[0].frames, []);
  });
});

Deno.test("H2: an AC hears of all forgotten sessions, at a limited rate", () =>
  within({ limits: MANY, sessionsPerClient: 600 }, async (path) => {
    for (let id = 1; id <= 500; id++) await dial(path, { id, tags: [service, uniq(id, id >> 8)] });
    await path.restart("server", false);
    await reconnect(path);
    let told = padts(path, "ac").length;
    assertLessOrEqual(told, 200);
    for (let tenth = 1; tenth <= 20; tenth++) {
      path.advance(100);
      await settle();
      told += padts(path, "ac").length;
      assertLessOrEqual(told, 201 + tenth * 20);
    }
    assertEquals(told, 500);
  }));

const MANY = {
  sessions: 600,
  sessionsPerCustomer: 600,
  padiRate: 1e6,
  padiBurst: 1e6,
  padiRatePerMac: 1e6,
  padiBurstPerMac: 1e6,
};

Deno.test("the kernel's list of sessions is read, and not taken as empty if it is unreadable", () => {
  const list = "Id       Address              Device\n" +
    "00000700 02:00:00:00:00:A1     wan0\n0000FF01 02:00:00:00:00:a2     eth1.7\n";
  const big = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;
  if (big) return;
  assertEquals(
    new Set(parseKernelSessions(list).map(({ sessionId, remote }) => `${sessionId} ${remote}`)),
    new Set(["7 02:00:00:00:00:a1", "511 02:00:00:00:00:a2"]),
  );
  let now = 0;
  const host = new HostSessions(() => now, () => {
    if (now < 10_000) return list;
    throw now < 20_000 ? new Deno.errors.NotFound() : new Deno.errors.PermissionDenied();
  });
  const has = (id: number) => [true, false].map((ifUnknown) => host.has(AC, id, ifUnknown));
  assertEquals([has(7), has(8)], [[true, true], [false, false]]);
  now = 10_000;
  assertEquals(has(7), [false, false]);
  now = 20_000;
  assertEquals(has(8), [true, false]);
});

/** Orphans that wait for PADRs at their ACs; `told` collects those that were sent a PADT. */
function waiting(clock: Clock): { orphans: Orphans; requests: RequestsUnderWay; told: Orphan[] } {
  const told: Orphan[] = [];
  const requests = new RequestsUnderWay(() => clock.time);
  const orphans = new Orphans({
    now: () => clock.time,
    later: (milliseconds, run) => clock.later(milliseconds, run),
    send: (orphan) => void told.push(orphan),
    isTaken: () => false,
    isAsked: ({ remote, local }) => requests.isOpen(remote, local),
  });
  return { orphans, requests, told };
}

Deno.test("H2: an unanswered PADR delays the PADTs for an AC's forgotten sessions by 5 s, however often it is repeated", () => {
  const clock = new Clock();
  const { orphans, requests, told } = waiting(clock);
  requests.asked(AC, WAN);
  orphans.end({ remote: AC, local: WAN, sessionId: 7 });
  for (let passed = 100; passed < 5_000; passed += 100) {
    clock.advance(100);
    requests.asked(AC, WAN);
    assertEquals(told, []);
  }
  for (let i = 0; i < 10; i++) {
    clock.advance(15);
    requests.asked(AC, WAN);
  }
  assertEquals(told.map(({ sessionId }) => sessionId), [7]);
  clock.advance(2_000); // a pause, after which a PADR may well be answered
  requests.asked(AC, WAN);
  orphans.end({ remote: AC, local: WAN, sessionId: 8 });
  assertEquals(told.length, 1);
  requests.answered(AC, WAN);
  clock.advance(20);
  assertEquals(told.length, 2);
});

Deno.test("H2: while PADRs are outstanding at one AC, forgotten sessions of another are not delayed", () => {
  const clock = new Clock();
  const { orphans, requests, told } = waiting(clock);
  requests.asked(AC, WAN);
  for (let sessionId = 1; sessionId <= 2_000; sessionId++) {
    orphans.end({ remote: AC, local: WAN, sessionId });
  }
  orphans.end({ remote: AC + 1, local: WAN, sessionId: 1 });
  clock.advance(100);
  assertEquals(told, [{ remote: AC + 1, local: WAN, sessionId: 1 }]);
  clock.advance(20_000);
  assertEquals([told.length, orphans.waiting], [2_001, 0]);
});

Deno.test("H4: a client with any number of forgotten sessions delays and displaces no other client's", () => {
  const clock = new Clock();
  const { orphans, told } = waiting(clock);
  for (let i = 0; i < 20_000; i++) {
    orphans.end({ remote: AC + (i >> 14), local: WAN, sessionId: i & 0x3fff }, "mean");
  }
  assertEquals([told.length, orphans.waiting], [200, 16_384]);
  for (let i = 0; i < 4; i++) orphans.end({ remote: AC + 9, local: WAN, sessionId: i }, "honest");
  assertEquals(orphans.waiting, 16_384);
  clock.advance(60);
  const honest = told.filter(({ remote }) => remote === AC + 9);
  assertEquals(honest.map(({ sessionId }) => sessionId), [0, 1, 2, 3]);
  clock.advance(120_000);
  assertEquals([orphans.waiting, told.length > 16_384], [0, true]);
});
