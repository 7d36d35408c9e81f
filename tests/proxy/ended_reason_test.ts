/** Both sides of the tunnel know why a session has ended, and on which side. */
import { assertEquals } from "@std/assert";
import { CODE_PADS, CODE_PADT, TAG_GENERIC_ERROR } from "../../src/pppoe/constants.ts";
import { Endings } from "../../src/proxy/session/endings.ts";
import { endByAdmin, endMoved, endTerminated } from "../../src/proxy/session/session_ends.ts";
import { END_CODES, type SessionEnd } from "../../src/proxy/session/session_end.ts";
import { NOTIFY_BOTH } from "../../src/proxy/session/session.ts";
import { ControlType, KIND_CONTROL } from "../../src/tunnel/record/record.ts";
import { encodeEnded } from "../../src/tunnel/session_ended.ts";
import { dial, request, service, sessionFrame, settle, uniq, within } from "./dial.ts";
import { until } from "../until.ts";
import {
  AC,
  CUSTOMER,
  LAN,
  macBytes,
  type Path,
  type PathOptions,
  type Side,
  WAN,
} from "./path.ts";
import { HostileClient, record } from "./raw_client.ts";

const TERMINATE = [0xc0, 0x21, 5, 1, 0, 4];
const LIMITS = {
  ...{ sessionsPerCustomer: 100, pendingDiscoveries: 100, sessionsOf: () => Infinity },
  ...{ padiRatePerMac: 10, padiBurstPerMac: 20, padiRate: 100, padiBurst: 200, timeout: 60_000 },
};
const peerOf = ({ proxy }: Side) => proxy.peers.values().next().value;

/** Words that a session's end has on one side. */
type End = [reason: SessionEnd, side: string | undefined, tags: number, host?: string];

/** Runs `body` on a path with an open session, and returns how it ended on server and client. */
async function endsOf(
  body: (path: Path) => void | Promise<void>,
  options: PathOptions = {},
): Promise<[End[], End[]]> {
  const ends = { wan: [] as End[], lan: [] as End[] };
  await within({
    ...options,
    observe(_link, session, end, _table, detail): void {
      if (end === undefined || detail === undefined) return;
      const { side, tags, host } = detail;
      const list = session.remote === session.concentrator ? ends.wan : ends.lan;
      list.push(host === undefined ? [end, side, tags.length] : [end, side, tags.length, host]);
    },
  }, async (path) => {
    await dial(path);
    await body(path);
    await until(() => path.server.proxy.sessions.table.size === 0);
    await until(() => path.clients[0].proxy.sessions.table.size === 0);
    await settle();
  });
  return [ends.wan, ends.lan];
}

/** Ends that one side begins, and what begins them. */
const ENDS: Readonly<
  Record<string, readonly [SessionEnd, "server" | "client", (path: Path) => void]>
> = {
  "an operator at the server": ["admin", "server", ({ server }) => {
    endByAdmin(server.proxy.sessions, peerOf(server), 1);
  }],
  "an operator at the client": ["admin", "client", ({ clients: [client] }) => {
    endByAdmin(client.proxy.sessions, peerOf(client), 1);
  }],
  "a removed client": ["client-removed", "server", ({ server }) => {
    server.proxy.expel("branch-1", 100);
  }],
  "a stopped server": ["shutdown", "server", ({ server }) => void server.proxy.shutdown(100)],
  "a stopped client": ["shutdown", "client", ({ clients: [client] }) => {
    client.proxy.shutdown(100);
  }],
  "a new address at the client": ["address-changed", "client", ({ clients: [client] }) => {
    endMoved(client.proxy.sessions, macBytes(LAN + 1));
  }],
  "a dead session at the server": ["idle", "server", ({ server }) => {
    const [session] = server.proxy.sessions.table;
    server.proxy.sessions.close(session, "idle", NOTIFY_BOTH);
  }],
  "the customer": ["padt-customer", "client", ({ customers: [customer] }) => {
    customer.send({ source: CUSTOMER, destination: LAN, code: CODE_PADT, sessionId: 0x11 }, []);
  }],
};

for (const [name, [reason, side, begin]] of Object.entries(ENDS)) {
  Deno.test(`both sides know that a session was ended by ${name}`, async () => {
    const [server, client] = await endsOf(begin);
    assertEquals([server, client], [[[reason, side, 0]], [[reason, side, 0]]]);
  });

  Deno.test(`a peer of an older version still learns of the end by ${name}, as a PADT`, async () => {
    const [server, client] = await endsOf(begin, { old: true });
    const far = side === "server" ? client : server;
    assertEquals(far, [[side === "server" ? "padt-ac" : "padt-customer", side, 0]]);
  });
}

Deno.test("a PADT's own words reach both sides", async () => {
  const [server, client] = await endsOf(async ({ ac, server }) => {
    const [{ local }] = server.proxy.sessions.table;
    ac.send({ source: AC, destination: local, code: CODE_PADT, sessionId: 0x11 }, [
      { type: TAG_GENERIC_ERROR, value: new TextEncoder().encode("time limit") },
    ]);
    await settle();
  });
  assertEquals([server, client], [[["padt-ac", "server", 14]], [["padt-ac", "server", 14]]]);
});

const ACKNOWLEDGE = [0xc0, 0x21, 6, 1, 0, 4];

for (
  const [host, send] of [
    ["customer", ({ customers }: Path) => {
      customers[0].sendRaw(sessionFrame(LAN, CUSTOMER, 0x11, TERMINATE));
    }],
    ["ac", ({ ac }: Path) => ac.sendRaw(sessionFrame(WAN, AC, 0x11, TERMINATE))],
    // The request was lost, or passed while there was no tunnel.
    ["ac", ({ customers }: Path) => {
      customers[0].sendRaw(sessionFrame(LAN, CUSTOMER, 0x11, ACKNOWLEDGE));
    }],
  ] as const
) {
  Deno.test(`both sides know that the ${host} terminated the link of a session`, async () => {
    const [server, client] = await endsOf(async (path) => {
      send(path);
      await settle();
      path.advance(10_001);
      endTerminated(path.server.proxy.sessions, 10_000);
    });
    const end = ["lcp-terminated", "server", 0, host];
    assertEquals([server, client], [[end], [end]]);
  });
}

for (const side of ["server", "client"] as const) {
  Deno.test(`the reason of an end while the tunnel is down is known at the ${side}'s peer once it is back`, async () => {
    const [server, client] = await endsOf(async (path) => {
      const ending = side === "server" ? path.server : path.clients[0];
      const peer = peerOf(ending);
      await path.lose(0);
      endByAdmin(ending.proxy.sessions, peer, 1);
      path.reconnect(0);
    });
    assertEquals([server, client], [[["admin", side, 0]], [["admin", side, 0]]]);
  });
}

Deno.test("a session that a restarted server does not know ends as not resumed", async () => {
  const [, client] = await endsOf(async (path) => {
    await path.restart("server", false);
    path.reconnect(0);
  });
  assertEquals(client, [["not-resumed", "server", 0]]);
});

Deno.test("a session that the client no longer wants ends at the server as unwanted", async () => {
  const ends: unknown[] = [];
  await within({
    sessionsOnClient: 0,
    observe(_link, _session, end, _table, detail): void {
      if (end !== undefined) ends.push([end, detail?.side]);
    },
  }, async (path) => {
    // The limit is lowered between PADI and PADS.
    path.clients[0].proxy.reconfigure({ ...LIMITS, sessions: 1 });
    await request(path, { tags: [service, uniq(1)] });
    const padr = await path.ac.packet();
    path.clients[0].proxy.reconfigure({ ...LIMITS, sessions: 0 });
    path.ac.send(
      { destination: padr.source, source: AC, code: CODE_PADS, sessionId: 5 },
      padr.list,
    );
    await until(() => ends.length > 0);
  });
  assertEquals(ends, [["unwanted", "client"]]);
});

Deno.test("a client's reports about sessions that it does not have change nothing", () =>
  within({}, async (path) => {
    await dial(path);
    const hostile = new HostileClient(path, "other");
    await hostile.taken();
    const all = Array.from({ length: 0x10000 }, (_, handle) => ({ handle, code: 6 }));
    for (const body of encodeEnded(all)) {
      hostile.write(record(KIND_CONTROL, ControlType.ended, body));
    }
    await hostile.taken();
    await settle();
    const [session] = path.server.proxy.sessions.table;
    assertEquals(session.peer.endings.reasonOf(session.handle), undefined);
    const peer = path.server.proxy.peers.get("other");
    const known = all.filter(({ handle }) => peer?.endings.reasonOf(handle) !== undefined);
    assertEquals(known, []);
  }));

Deno.test("a number of a later version counts as a plain PADT", async () => {
  const [server] = await endsOf(async ({ tunnels: [{ client }], customers: [customer] }) => {
    client.writer.control(ControlType.ended, encodeEnded([{ handle: 1, code: 200 }])[0]);
    client.writer.flush();
    await settle();
    customer.send({ source: CUSTOMER, destination: LAN, code: CODE_PADT, sessionId: 0x11 }, []);
  });
  assertEquals(server, [["padt-customer", "client", 0]]);
});

Deno.test("at most 4,096 ends wait for the next tunnel", () => {
  const endings = new Endings();
  for (let handle = 1; handle <= 60_000; handle++) {
    endings.note(handle, END_CODES.admin);
    endings.untold(handle);
  }
  assertEquals(endings.takeUntold().length, 4_096);
  assertEquals(endings.takeUntold(), []);
});
