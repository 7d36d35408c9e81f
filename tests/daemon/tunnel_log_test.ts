import { assert, assertEquals, assertMatch } from "@std/assert";
import { loggedClientEvents } from "../../src/daemon/client_tunnel_log.ts";
import { connectCause } from "../../src/daemon/connect_cause.ts";
import { Monitor } from "../../src/daemon/monitor.ts";
import { loggedServerEvents } from "../../src/daemon/server_tunnel_log.ts";
import { endOf } from "../../src/tunnel/authenticate.ts";
import type { TunnelEnd } from "../../src/tunnel/close_reason.ts";
import { freePort } from "../free_port.ts";

const LOST: TunnelEnd = { reason: "keepalive-timeout", by: "us", detail: "" };
const REFUSED: TunnelEnd = {
  reason: "connection-lost",
  by: "network",
  detail: "Connection refused (os error 111)",
};

interface World {
  clock: { now: number };
  monitor: Monitor;
  /** Events since the last call, as kind and facts. */
  seen: () => [string, Record<string, unknown>][];
}

function world(mode: "client" | "server"): World {
  const monitor = new Monitor(mode, () => 0);
  let last = 0;
  return {
    clock: { now: 0 },
    monitor,
    seen() {
      const events = monitor.events.after(last);
      last = monitor.events.latest;
      return events.map(({ kind, facts }) => [kind, { ...facts }]);
    },
  };
}

Deno.test("a loss is one line with the held sessions, and its end has how long it lasted", () => {
  const { clock, monitor, seen } = world("client");
  const events = loggedClientEvents(() => clock.now, monitor, () => {});
  events.connected("hq:1", "tls", "");
  const [[kind, first]] = seen();
  assertEquals([kind, "down_for_s" in first, "attempts" in first], ["tunnel-up", false, false]);
  events.disconnected("hq:1", LOST, 7, 0);
  const [[lost, facts], ...more] = seen();
  assertEquals(
    [lost, facts.sessions_held, facts.by, facts.next_try_s, more],
    ["tunnel-lost", 7, "client", 0, []],
  );
  clock.now += 3_000;
  events.failed("hq:1", REFUSED, 2_000);
  assertEquals(seen(), [["connect-failed", {
    ...{ server: "hq:1", address: "hq:1", attempt: 1, next_try_s: 2 },
    ...{ cause: "connection refused: nothing listens on hq:1, or a firewall rejects it" },
    ...{ reason: "connection-lost", by: "network" },
  }]]);
  clock.now += 2_000;
  events.connected("hq:1", "quic", "");
  const [[up, { down_for_s, attempts, transport }]] = seen();
  assertEquals([up, down_for_s, attempts, transport], ["tunnel-up", 5, 2, "quic"]);
});

Deno.test("an hour of one cause is few lines, each with the number of the attempt; a new cause is one at once", () => {
  const { clock, monitor, seen } = world("client");
  const events = loggedClientEvents(() => clock.now, monitor, () => {});
  for (let attempt = 0; attempt < 1_800; attempt++) {
    events.failed("hq:1", REFUSED, 2_000);
    clock.now += 2_000;
  }
  const lines = seen().map(([, { attempt, suppressed = 0 }]) => [attempt, suppressed]);
  assert(lines.length >= 6 && lines.length <= 12, JSON.stringify(lines));
  assertEquals(lines[0], [1, 0]);
  for (const [index, [attempt, suppressed]] of lines.entries()) {
    if (index > 0) assertEquals(attempt, Number(lines[index - 1][0]) + Number(suppressed) + 1);
  }
  assertEquals(monitor.peers.byName.get("hq:1")?.failed?.attempt, 1_800);
  events.failed("hq:1", { ...REFUSED, detail: "No route to host (os error 113)" }, 2_000);
  assertEquals(seen().length, 1);
});

Deno.test("a server that always gives another cause gets one line a second after a burst", () => {
  const { clock, monitor, seen } = world("client");
  const events = loggedClientEvents(() => clock.now, monitor, () => {});
  for (let attempt = 0; attempt < 10_000; attempt++) {
    events.failed("hq:1", { ...REFUSED, detail: `${attempt}` }, 0);
    clock.now += 10;
  }
  const lines = seen().map((
    [, { attempt, suppressed = 0 }],
  ) => [Number(attempt), Number(suppressed)]);
  assert(lines.length > 16 && lines.length <= 16 + 101, `${lines.length} lines`);
  lines.reduce((before, [attempt, suppressed]) => {
    assertEquals(attempt, before + suppressed + 1, "each line has the number of those left out");
    return attempt;
  }, 0);
});

Deno.test("a server logs a loss, a planned end, and how long a client was away", () => {
  const { clock, monitor, seen } = world("server");
  const events = loggedServerEvents(() => clock.now, () => {}, monitor);
  const shutdown: TunnelEnd = { reason: "shutdown", by: "peer", detail: "" };
  events.connected("branch", "192.0.2.1:7", "tls");
  events.disconnected("branch", "192.0.2.1:7", LOST, 3);
  clock.now += 61_000;
  events.connected("branch", "192.0.2.1:8", "tls");
  events.disconnected("branch", "192.0.2.1:8", shutdown, 0);
  const all = seen();
  assertEquals(all.map(([kind, { client }]) => [kind, client]), [
    ["tunnel-up", "branch"],
    ["tunnel-lost", "branch"],
    ["tunnel-up", "branch"],
    ["tunnel-closed", "branch"],
  ]);
  assertEquals([all[1][1].sessions_held, all[1][1].by], [3, "server"]);
  assertEquals(all[2][1].down_for_s, 61);
  assertEquals([all[3][1].reason, all[3][1].by], ["shutdown", "client"]);
});

Deno.test("a tunnel that a new one of the same client replaces begins no outage", () => {
  const { clock, monitor, seen } = world("server");
  const events = loggedServerEvents(() => clock.now, () => {}, monitor);
  events.connected("branch", "192.0.2.1:7", "tls");
  events.connected("branch", "192.0.2.1:8", "tls");
  events.disconnected("branch", "192.0.2.1:7", { reason: "replaced", by: "us", detail: "" }, 3);
  clock.now += 9_000;
  events.connected("branch", "192.0.2.1:9", "tls");
  const up = seen().filter(([kind]) => kind === "tunnel-up");
  assertEquals(up.map(([, { down_for_s }]) => down_for_s), [undefined, undefined, undefined]);
});

/** Why a connection to this place fails, in words. */
async function causeOf(hostname: string, port: number): Promise<string> {
  const failure = await Deno.connect({ hostname, port }).then(
    (connection) => connection.close(),
    (error) => error,
  );
  return connectCause(endOf(failure), `${hostname}:${port}`);
}

Deno.test("what the system says about a failed connection becomes words that name the cause", async () => {
  const port = freePort();
  assertEquals(
    await causeOf("127.0.0.1", port),
    `connection refused: nothing listens on 127.0.0.1:${port}, or a firewall rejects it`,
  );
  assertMatch(await causeOf("255.255.255.255", 9), /^(no route to|this machine forbids)/);
  const cases: [string, RegExp][] = [
    ["failed to lookup address information: Name or service not known", /^name not found: .*hq:1$/],
    ["failed to lookup address information: Temporary failure in name resolution", /resolved now/],
    ["getaddrinfo ENOTFOUND hq", /^name not found/],
    [
      "Name not resolved: No TLS connection within 2000 ms",
      /^the name in hq:1 was not resolved within 2 s: the name servers answer late, or not at all$/,
    ],
    ["No route to host (os error 113)", /^no route to hq:1, or a firewall rejects/],
    ["Too many open files (os error 24)", /^no open files left$/], // the advice says what to do
    ["Connection reset by peer (os error 104)", /^the connection was reset/],
    ["connection reset", /^the connection was reset/],
    ["broken pipe", /^the connection was reset/],
    [
      "quic: No QUIC connection within 5000 ms; tls: Connection refused (os error 111)",
      /^quic: no answer over QUIC within 5 s: .*; tls: connection refused: nothing listens on hq:1, or a firewall rejects it$/,
    ],
    [
      "Cannot connect to 192.0.2.1 port 7: connect failed with EHOSTUNREACH; the address is unreachable",
      /^no route to hq:1, or a firewall rejects/,
    ],
    ["tls handshake eof", /^hq:1 closed the connection during TLS/],
    ["something else", /^something else$/],
  ];
  for (const [detail, words] of cases) {
    assertMatch(connectCause({ ...REFUSED, detail }, "hq:1"), words);
  }
});

Deno.test("a refused login says by which side and why; a hostile server's words stay short", () => {
  const end = (by: TunnelEnd["by"], detail: string): TunnelEnd => {
    return { reason: "not-authenticated", by, detail };
  };
  assertMatch(connectCause(end("peer", ""), "hq:1"), /^login refused: .*name and secret/);
  const pin = "the server has a certificate with SHA-256 aa, but the pin is bb";
  assertEquals(
    connectCause(end("us", pin), "hq:1"),
    `the server's certificate is not pinned: ${pin}`,
  );
  assert(connectCause(end("peer", "x".repeat(10_000)), "hq:1").length <= 600);
});
