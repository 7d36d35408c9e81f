import { assertEquals, assertStringIncludes } from "@std/assert";
import { loggedClientEvents } from "../../src/daemon/client_tunnel_log.ts";
import { failureConditions, UNKNOWN_NAME, UNPINNED } from "../../src/daemon/failure_conditions.ts";
import { Failures } from "../../src/daemon/failures.ts";
import { Monitor } from "../../src/daemon/monitor.ts";
import { Recent } from "../../src/daemon/recent.ts";
import { loggedServerEvents } from "../../src/daemon/server_tunnel_log.ts";
import type { TunnelEnd } from "../../src/tunnel/close_reason.ts";

Deno.test("a failure counts while it repeats, and is over some time after the last", () => {
  let wall = 0;
  const failures = new Failures<string>(() => wall, { keep: 120_000, most: 8 });
  failures.note("branch-1", "first");
  wall = 100_000;
  failures.note("branch-1", "second");
  failures.worked("branch-1");
  failures.worked("branch-2");
  wall = 219_000;
  const since = { first: 0, last: 100_000 };
  assertEquals(failures.current(), [
    { subject: "branch-1", facts: "second", count: 2, ...since, isPartial: true },
  ]);
  wall = 220_000;
  assertEquals(failures.current(), []);
  failures.note("branch-1", "third");
  assertEquals(failures.current()[0].count, 1);
  failures.over("branch-1");
  assertEquals(failures.current(), []);
  // A clock that is set back does not make a failure last for years.
  failures.note("branch-1", "fourth");
  wall = -1e12;
  assertEquals(failures.current(), []);
});

Deno.test("a flood of subjects leaves the latest, and no more than the limit", () => {
  const failures = new Failures<number>(() => 0, { keep: 1, most: 3 });
  for (let n = 0; n < 1_000; n++) failures.note(`${n}`, n);
  failures.note("997", 1_000);
  failures.note("1000", 1_001);
  assertEquals(failures.current().map(({ subject }) => subject), ["999", "997", "1000"]);
});

Deno.test("failed logins and refusals are named with their cause and what to do", () => {
  const recent = new Recent(() => 7, () => 0);
  const address = "203.0.113.9:5";
  recent.logins.note("branch-1", { address, cause: "the secret does not match" });
  recent.logins.note(UNKNOWN_NAME, { address, cause: '"branhc-1": no such client' });
  recent.logins.note(UNPINNED, { address, cause: "the client has not pinned our certificate" });
  const refusal = { ac: "lab-ac", customer: "02:00:00:00:00:01", words: 'AC-System-Error "full"' };
  recent.refusals.note("02:00:00:00:00:02", { ...refusal, isServers: false });
  recent.refusals.note("192.0.2.2:8443", { ...refusal, isServers: true });
  recent.refusals.worked("02:00:00:00:00:02");
  recent.shortMtus.note("lan0", { asked: 1500, allowed: 1492 });
  const found = failureConditions("client", "lan0", recent);
  assertEquals(found.map(({ code, severity, words }) => [code, severity, words]), [
    [
      "logins-refused",
      undefined,
      'Login as "branch-1" from 203.0.113.9:5 failed once: the secret does not match',
    ],
    [
      "logins-refused",
      undefined,
      'Login from 203.0.113.9:5 failed once: "branhc-1": no such client',
    ],
    [
      "logins-refused",
      undefined,
      "Login from 203.0.113.9:5 failed once: the client has not pinned our certificate",
    ],
    [
      "ac-refuses",
      "warning",
      'AC lab-ac refuses customers, last 02:00:00:00:00:01, and once in all: AC-System-Error "full"',
    ],
    [
      "server-refuses",
      undefined,
      'The server refuses customers, last 02:00:00:00:00:01, and once in all: AC-System-Error "full"',
    ],
    [
      "mtu-short",
      undefined,
      'A host asked for packets of 1500 bytes (PPP-Max-Payload), and "lan0" carries 1492, which it ' +
      "was granted",
    ],
  ]);
  // On a server its own refusals are counted drops; what an AC says is the AC's.
  assertEquals(failureConditions("server", "wan0", recent)[4].code, "ac-refuses");
});

Deno.test("connections that could not be accepted are named, with how often and what is short", () => {
  const monitor = new Monitor("server", () => 7);
  const { acceptFailed } = loggedServerEvents(() => 0, () => {}, monitor);
  for (let i = 0; i < 3; i++) acceptFailed(new Error("Too many open files (os error 24)"));
  acceptFailed(new Error("Cannot allocate memory (os error 12)"));
  const found = failureConditions("server", "wan0", monitor.recent);
  assertEquals(found.map(({ code, words, remedy }) => [code, words, remedy]), [
    [
      "accept-failed",
      "A connection could not be accepted, 3 times: no open files left",
      "Raise the limit of open files: `LimitNOFILE=` in the unit, or `ulimit -n`.",
    ],
    [
      "accept-failed",
      "A connection could not be accepted, once: Error: Cannot allocate memory (os error 12)",
      undefined,
    ],
  ]);
});

/** An end of a tunnel that nobody wanted. */
const SILENT = { reason: "keepalive-timeout", by: "us", detail: "" } as const;
const PLANNED = { reason: "restart", by: "peer", detail: "" } as const;

for (const mode of ["server", "client"] as const) {
  Deno.test(`a ${mode} says of a tunnel that it is lost again and again, from the third loss on`, () => {
    const clock = { now: 1_000_000 };
    const monitor = new Monitor(mode, () => clock.now);
    const now = () => clock.now;
    const server = loggedServerEvents(now, () => {}, monitor);
    const client = loggedClientEvents(now, monitor, () => {});
    const lose = (end: TunnelEnd) => {
      clock.now += 60_000;
      if (mode === "server") server.disconnected("branch-1", "192.0.2.1:7", end, 0);
      else client.disconnected("hq:1", end, 0, undefined);
    };
    const found = () => failureConditions(mode, "eth0", monitor.recent);
    for (const end of [SILENT, PLANNED, SILENT, PLANNED, PLANNED]) lose(end);
    assertEquals(found(), []);
    lose(SILENT);
    const [{ code, words, remedy }] = found();
    assertEquals(code, "tunnel-unstable");
    const whose = mode === "server" ? 'of "branch-1"' : 'to "hq:1"';
    assertStringIncludes(words, `The tunnel ${whose} was lost 3 times within 5m, last: nothing`);
    assertStringIncludes(remedy ?? "", "ping -M do");
    lose({ reason: "connection-lost", by: "network", detail: "end of stream" });
    assertEquals(found().map((condition) => condition.remedy), [undefined]);
    clock.now += 600_000;
    assertEquals(found(), []);
  });
}

Deno.test("any number of different errors leaves few causes", () => {
  const monitor = new Monitor("server", () => 7);
  const { acceptFailed } = loggedServerEvents(() => 0, () => {}, monitor);
  for (let i = 0; i < 1_000; i++) acceptFailed(new Error(`${i}`.padEnd(10_000, "x")));
  const found = failureConditions("server", "wan0", monitor.recent);
  assertEquals(found.length, 4);
  assertEquals(found.every(({ words }) => words.length < 300), true);
});
