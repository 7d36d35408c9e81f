import { assertEquals } from "@std/assert";
import {
  CODE_PADS,
  CODE_PADT,
  TAG_AC_COOKIE,
  TAG_AC_SYSTEM_ERROR,
  TAG_HOST_UNIQ,
} from "../../src/pppoe/constants.ts";
import { endByAdmin, endMoved, freeStuck } from "../../src/proxy/session/session_ends.ts";
import { findTag } from "../../src/pppoe/tags.ts";
import { dial, request, service, settle, uniq, within } from "./dial.ts";
import { until } from "../until.ts";
import { AC, CUSTOMER, LAN, macBytes, type Side, WAN } from "./path.ts";

const memberOf = ({ proxy }: Side) => proxy.peers.values().next().value;

Deno.test("a session ended by an operator ends on both sides, whichever proxy was asked", async () => {
  for (const asked of ["server", "client"] as const) {
    await within({}, async (path) => {
      const { wire } = await dial(path, { id: 7 });
      await dial(path, { id: 8 });
      const side = asked === "server" ? path.server : path.clients[0];
      assertEquals(endByAdmin(side.proxy.sessions, memberOf(side), 1), true);
      assertEquals(endByAdmin(side.proxy.sessions, memberOf(side), 1), false);
      assertEquals(endByAdmin(side.proxy.sessions, undefined, 2), false);
      const [up, down] = [await path.ac.packet(), await wire.packet()];
      assertEquals([up.code, up.sessionId, up.source], [CODE_PADT, 7, WAN]);
      assertEquals([down.code, down.sessionId, down.source], [CODE_PADT, 7, LAN]);
      await settle();
      assertEquals([path.ac.frames, wire.frames], [[], []]);
      assertEquals(side.ends, ["admin"]);
      assertEquals(path.server.proxy.sessions.table.size, 1);
    });
  }
});

Deno.test("a session ended by an operator while the tunnel is down ends on the other side on resuming", () =>
  within({}, async (path) => {
    const { wire } = await dial(path, { id: 7 });
    const peer = memberOf(path.server);
    await path.lose(0);
    endByAdmin(path.server.proxy.sessions, peer, 1);
    assertEquals((await path.ac.packet()).code, CODE_PADT);
    assertEquals(wire.frames, []);
    path.reconnect(0);
    await until(() => path.clients[0].ends.length === 1);
    assertEquals((await wire.packet()).code, CODE_PADT);
    await settle();
    assertEquals([path.ac.frames, wire.frames], [[], []]);
  }));

Deno.test("Z2, H2: a stuck session of ours ends by either address and id; without one, a PADT is sent", () =>
  within({}, async (path) => {
    const { sessions } = path.server.proxy;
    await dial(path, { id: 7 });
    await dial(path, { id: 8 });
    assertEquals(freeStuck(sessions, macBytes(WAN), { mac: AC, sessionId: 7 }), 1);
    assertEquals((await path.ac.packet()).sessionId, 7);
    assertEquals((await path.customers[0].packet()).sessionId, 7);
    freeStuck(sessions, macBytes(WAN), { peer: "branch-1", mac: CUSTOMER, sessionId: 8 });
    assertEquals((await path.ac.packet()).sessionId, 8);
    assertEquals((await path.customers[0].packet()).sessionId, 8);
    assertEquals(path.server.ends, ["admin", "admin"]);
    const asCustomer = { mac: AC, local: CUSTOMER, sessionId: 10 };
    assertEquals(freeStuck(sessions, macBytes(WAN), asCustomer), 1);
    assertEquals((await path.ac.packet()).source, CUSTOMER);
    assertEquals(freeStuck(sessions, macBytes(WAN), { mac: 0x01_80_c2_00_00_00, sessionId: 7 }), 0);
    assertEquals(freeStuck(sessions, macBytes(WAN), { mac: AC, sessionId: 9 }), 1);
    const padt = await path.ac.packet();
    assertEquals([padt.code, padt.sessionId, padt.source, padt.destination], [
      CODE_PADT,
      9,
      WAN,
      AC,
    ]);
    await settle();
    assertEquals(path.customers[0].frames, []);
  }));

Deno.test("sessions keep the names of AC and service", () =>
  within({}, async (path) => {
    await dial(path, { id: 7 });
    await dial(path, { id: 8 });
    for (const { proxy } of [path.server, ...path.clients]) {
      const [one, two] = proxy.sessions.table;
      assertEquals(one.names, { ac: "ac-1", service: "" });
      assertEquals(one.names === two.names, true);
    }
  }));

Deno.test("when the interface's address changes, sessions of the old address end on both sides", () =>
  within({}, async (path) => {
    const { wire } = await dial(path, { id: 7 });
    assertEquals(endMoved(path.server.proxy.sessions, macBytes(WAN)), 0);
    path.server.link.mac.set(macBytes(WAN + 1));
    await dial(path, { id: 8 });
    assertEquals(endMoved(path.server.proxy.sessions, macBytes(WAN + 1)), 1);
    const [up, down] = [await path.ac.packet(), await wire.packet()];
    assertEquals([up.code, up.sessionId, up.source], [CODE_PADT, 7, WAN]);
    assertEquals([down.code, down.sessionId], [CODE_PADT, 7]);
    await settle();
    assertEquals([path.ac.frames, wire.frames], [[], []]);
    assertEquals(path.server.ends, ["address-changed"]);
    assertEquals(path.server.proxy.sessions.table.size, 1);
  }));

Deno.test("when dials race for the client's last session, the AC gets a PADT and the customer an error", () =>
  within({ sessionsOnClient: 1 }, async (path) => {
    const asked = [];
    for (const id of [1, 2]) {
      await request(path, { tags: [service, uniq(id)] });
      asked.push(await path.ac.packet());
    }
    for (const [i, { list }] of asked.entries()) {
      const id = i + 1;
      path.ac.send(
        { destination: WAN, source: AC, code: CODE_PADS, sessionId: id },
        list.filter(({ type }) => type !== TAG_AC_COOKIE),
      );
    }
    const [first, second] = [
      await path.customers[0].packet(),
      await path.customers[0].packet(),
    ];
    assertEquals([first.sessionId, second.sessionId], [1, 0]);
    assertEquals(findTag(second.list, TAG_AC_SYSTEM_ERROR) !== undefined, true);
    assertEquals([...findTag(second.list, TAG_HOST_UNIQ) ?? []], [2]);
    const padt = await path.ac.packet();
    assertEquals([padt.code, padt.sessionId], [CODE_PADT, 2]);
    await settle();
    assertEquals(path.server.proxy.sessions.table.size, 1);
    assertEquals([path.ac.frames, path.customers[0].frames], [[], []]);
  }));
