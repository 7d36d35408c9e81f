// deno-lint-ignore-file camelcase -- keys are those of the JSON
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ThreadStatus } from "../../../src/admin/api/found_problem.ts";
import { mergeStatus } from "../../../src/admin/api/merged_answers.ts";
import { problemsOf } from "../../../src/admin/api/problems.ts";
import { PROBLEMS } from "../../../src/messages/problems.ts";
import { at, client, DOWN, NOW, STATUS, TUNNEL } from "./status_fixture.ts";

function seen(status: Partial<ThreadStatus>) {
  return problemsOf({ ...STATUS, ...status }, NOW);
}

function codes(status: Partial<ThreadStatus>): string[] {
  return seen(status).map(({ code, severity, subject }) => `${severity} ${code} ${subject}`);
}

Deno.test("a daemon that carries everything has no problems", () => {
  assertEquals(seen({}), []);
});

Deno.test("a client without a tunnel says why, since when, and what happens next", () => {
  assertEquals(seen({ tunnels: [{ ...DOWN, sessions: 3, held_until: at(18) }] }), [{
    code: "tunnel-down",
    severity: "critical",
    subject: "192.0.2.2:8443",
    since: at(-12),
    words:
      'The tunnel to "192.0.2.2:8443" is down: connection refused: nothing listens on 192.0.2.2:8443',
    remedy: "Check that the server runs and its port is reachable; `doctor` tests path and login.",
    next: "attempt 4 follows in 4s; 3 held sessions end in 18s",
  }]);
  const [first] = seen({
    tunnels: [{ ...DOWN, down_since: null, down_reason: null, down_cause: null }],
  });
  assertEquals([first.since, first.words], [
    STATUS.started_at,
    'The tunnel to "192.0.2.2:8443" is not up yet',
  ]);
  const [wrong] = seen({ tunnels: [{ ...DOWN, down_reason: "not-authenticated" }] });
  assertMatch(wrong.remedy, /^Compare `name`/);
});

Deno.test("a client with several servers needs one tunnel, and reports one that is not the first", () => {
  const second = { ...TUNNEL, server: "192.0.2.3:8443", address: "192.0.2.3:8443" };
  assertEquals(codes({ tunnels: [TUNNEL, { ...second, up: false }] }), []);
  assertEquals(codes({ tunnels: [DOWN, second] }), ["warning backup-server 192.0.2.2:8443"]);
  const both = [DOWN, { ...DOWN, server: "192.0.2.3:8443" }];
  assertEquals(codes({ tunnels: both }).length, 2);
});

Deno.test("a server reports clients that were lost, never came, or share a name", () => {
  const tunnels = [
    client("a", {}),
    client("b", {
      ...DOWN,
      server: undefined,
      sessions: 1,
      held_until: at(5),
      next_attempt_at: null,
    }),
    client("c", { ...DOWN, server: undefined, down_reason: "shutdown", next_attempt_at: null }),
    client("d", { up: false, connects: 0 }),
    client("removed", { ...DOWN, server: undefined, configured: false }),
  ];
  const name_conflicts = [{
    client: "a",
    address: "198.51.100.7:9",
    holder: "203.0.113.1:1",
    first_at: at(-30),
    last_at: at(-1),
  }];
  assertEquals(codes({ mode: "server", tunnels, name_conflicts }), [
    "critical tunnel-down b",
    "warning tunnel-down c",
    "warning name-in-use a",
    "warning client-absent d",
  ]);
  assertEquals(seen({ mode: "server", tunnels })[0].next, "1 held session ends in 5s");
  // Right after a start, clients are on their way.
  assertEquals(codes({ mode: "server", tunnels: tunnels.slice(3), uptime_seconds: 20 }), []);
});

Deno.test("interface, certificates, clock and conditions are problems, the worst first", () => {
  const certificate = {
    ...{ use: "own" as const, sha256: "ab", names: "proxy.example", path: "server.crt" },
    not_before: at(-86_400),
    not_after: at(10 * 86_400),
    warning: '"server.crt" expires soon',
  };
  const found = seen({
    interface: {
      ...STATUS.interface,
      up: false,
      down_since: at(-3),
      down_reason: "interface down",
    },
    certificates: [
      certificate,
      { ...certificate, path: "old.crt", not_after: at(-86_400) },
      { ...certificate, path: "new.crt", not_before: at(86_400) },
      { ...certificate, path: "good.crt", warning: null },
    ],
    conditions: [
      {
        code: "draining",
        subject: "daemon",
        since: NOW - 1_000,
        words: "New sessions are refused",
      },
      {
        code: "draining",
        subject: "daemon",
        since: NOW - 2_000,
        words: "New sessions are refused",
      },
    ],
  });
  assertEquals(found.map(({ code, subject, since }) => [code, subject, since]), [
    ["interface-down", "lan0", at(-3)],
    ["clock-wrong", "new.crt", STATUS.started_at],
    ["certificate-expired", "old.crt", at(-86_400)],
    ["certificate-expiring", "server.crt", at(-20 * 86_400)],
    ["draining", "daemon", at(-2)],
  ]);
  assertEquals(found[0].remedy.includes("ip link set lan0 up"), true);
});

Deno.test("an interface that is gone or renamed cannot be set up again, and says so", () => {
  const down = (down_reason: string) =>
    seen({ interface: { ...STATUS.interface, up: false, down_since: at(-3), down_reason } })[0];
  const gone = down("interface gone");
  assertEquals(gone.words, 'Interface "lan0" does not exist any more');
  assertMatch(gone.remedy, /^Create or connect it again/);
  const renamed = down('interface renamed to "eth7"');
  assertEquals(renamed.words, 'Interface "lan0" is now called "eth7"');
  assertMatch(renamed.remedy, /`ip link set eth7 name lan0`/);
});

Deno.test("drops and refusals of the last hour count when they are more than normal", () => {
  const recently = (count: number) => ({ count, first_at: at(-1_800), last_at: at(-60) });
  const last_hour = {
    drops: {
      "padi-rate": recently(19),
      "session-limit": recently(2),
      "frame-too-long": recently(1),
      "not-for-us": recently(100_000),
    },
    rejected: {
      "handshake-timeout": recently(900),
      "too-many-connections": recently(20),
      "unsupported-version": recently(1),
    },
    ended: { "padt-customer": recently(500), "tunnel-lost": recently(3) },
    kernel_drops: recently(7),
  };
  const found = seen({ last_hour });
  assertEquals(found.map(({ code, subject }) => `${code} ${subject}`), [
    "logins-refused connections",
    "logins-refused version",
    "kernel-drops lan0",
    "sessions-ended tunnel-lost",
    "refusals session-limit",
    "drops frame-too-long",
  ]);
  assertEquals(
    found[4].words,
    "2 packets in the last hour, the last one 1m ago: The maximum number of sessions is open, of " +
      "one client or in all",
  );
  assertMatch(found[4].remedy, /^Raise `\[limits\] sessions`.* The log names the host\.$/);
});

Deno.test("ten thousand lost clients make a short list that counts the others", () => {
  const tunnels = Array.from({ length: 10_000 }, (_, i) => client(`c${i}`, { up: false }));
  const found = seen({ mode: "server", tunnels });
  assertEquals(found.length, 21);
  assertEquals(found[20].subject, "9980 more");
});

Deno.test("threads report a condition once, and their counts together", () => {
  const recent = (count: number, from: number, to: number) => ({
    count,
    first_at: at(from),
    last_at: at(to),
  });
  const thread = (count: number, from: number, to: number): ThreadStatus => ({
    ...STATUS,
    mode: "server",
    tunnels: [client("a", {})],
    conditions: [{ code: "disk-failed", subject: "state_dir", since: NOW, words: "full" }],
    last_hour: {
      drops: { "session-limit": recent(count, from, to) },
      rejected: {},
      ended: {},
      kernel_drops: recent(count, from, to),
    },
  });
  const { problems, last_hour } = mergeStatus([thread(2, -50, -40), thread(3, -60, -45)], NOW);
  assertEquals(problems.map(({ code, since }) => [code, since]), [
    ["disk-failed", at(0)],
    ["kernel-drops", at(-60)],
    ["refusals", at(-60)],
  ]);
  assertEquals(last_hour.kernel_drops, recent(5, -60, -40));
});

Deno.test("each code has an explanation with a remedy, and the critical ones come first", () => {
  const severities = Object.values(PROBLEMS).map(({ severity }) => severity);
  assert(severities.lastIndexOf("critical") < severities.indexOf("warning"));
  for (const { meaning, action } of Object.values(PROBLEMS)) assert(meaning && action);
});
