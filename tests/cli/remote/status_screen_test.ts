// deno-lint-ignore-file camelcase -- keys are those of the JSON
import { assert, assertEquals, assertMatch } from "@std/assert";
import { unicodeWidth } from "@std/cli/unicode-width";
import fc from "fast-check";
import type { ThreadStatus } from "../../../src/admin/api/found_problem.ts";
import { mergeStatus } from "../../../src/admin/api/merged_answers.ts";
import { statusScreen } from "../../../src/cli/remote/status_screen.ts";
import { plain } from "../../../src/cli/terminal/style.ts";
import { at, client, DOWN, NOW, STATUS } from "../../admin/api/status_fixture.ts";

const SCREEN = { width: 80, height: 24, paint: plain, now: NOW };

function screenOf(status: Partial<ThreadStatus>, screen = {}): string[] {
  return statusScreen(mergeStatus([{ ...STATUS, ...status }], NOW), { ...SCREEN, ...screen });
}

Deno.test("a status fits 80 by 24 with 100 clients, the ones in trouble first, and says how many more", () => {
  const tunnels = Array.from(
    { length: 100 },
    (_, i) =>
      client(`branch-${i}`, { sessions: i, bytes_up_per_second: i * 1e5, rtt_seconds: 0.0123 }),
  );
  tunnels[7] = client("branch-7", {
    ...DOWN,
    server: undefined,
    sessions: 3,
    held_until: at(18),
    next_attempt_at: null,
    down_cause: "nothing arrived for the keepalive's timeout: the peer or the path is down",
    down_reason: "keepalive-timeout",
  });
  const lines = screenOf({ mode: "server", listen: ["0.0.0.0:8443"], tunnels });
  assertEquals(lines.slice(0, 15), [
    "server on lan0: ready, up 1d, pppoe-proxy 0.1.0",
    'critical: The tunnel of "branch-7" is down: nothing arrived for the',
    "  keepalive's timeout: the peer or the path is down (tunnel-down, 12s)",
    "  next: 3 held sessions end in 18s",
    "  do: Check path and peer. Raise the timeout on paths with long outages.",
    "",
    "sessions: 0 open, limit 100; 0 opened and 0 closed since start",
    "traffic: up 4.0 Gbit/s, 0 frames/s; down 0 bit/s, 0 frames/s",
    "interface: lan0 up, 02:00:00:00:00:01, MTU 1500, no PPPoE frame received yet",
    "listens on: 0.0.0.0:8443",
    "process: 1, 1 B, /etc/client.toml",
    "",
    "CLIENT     TUNNEL        RTT  SESSIONS  UP Mbit/s  DOWN Mbit/s",
    "branch-7   down 12s        -         3       0.00         0.00",
    "branch-99  up 10m    12.3 ms        99      79.20         0.00",
  ]);
  assertEquals(lines.length, 23);
  assertEquals(lines[22], "and 91 more clients: pppoe-proxy clients");
});

Deno.test("whatever is wrong, a status fits its screen and shows the worst problem", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 300 });
  const tunnel = fc.record({
    up: fc.boolean(),
    sessions: fc.nat(9),
    connects: fc.nat(2),
    down_cause: text,
    name: fc.string({ unit: "grapheme", minLength: 1, maxLength: 64 }),
  });
  fc.assert(
    fc.property(
      fc.array(tunnel, { maxLength: 100 }),
      fc.array(text, { maxLength: 25 }),
      fc.integer({ min: 80, max: 200 }),
      fc.integer({ min: 24, max: 60 }),
      (tunnels, words, width, height) => {
        const status: Partial<ThreadStatus> = {
          mode: "server",
          tunnels: tunnels.map(({ name, ...more }) => ({
            ...client(name, { ...more, down_reason: "connection-lost" }),
          })),
          conditions: words.map((each, i) => ({
            ...{ code: "disk-failed" as const, subject: `${i}`, since: NOW, words: each },
          })),
        };
        const lines = screenOf(status, { width, height });
        assert(lines.length < height, `${lines.length} lines of ${height}`);
        for (const line of lines) {
          assert(unicodeWidth(line) <= width, `${unicodeWidth(line)} of ${width}: ${line}`);
        }
        if (words.length > 0 || tunnels.some(({ up }) => !up)) {
          assertMatch(lines[1], /^(critical|warning): /);
        }
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("critical is red and a warning amber, and without colour the words tell them apart", () => {
  const paint = (style: string, text: string) => `<${style}>${text}`;
  const status: Partial<ThreadStatus> = {
    tunnels: [DOWN],
    conditions: [{
      code: "draining",
      subject: "daemon",
      since: NOW,
      words: "New sessions are refused",
    }],
  };
  const lines = screenOf(status, { paint });
  assert(lines.some((line) => line.startsWith("<red>critical: The tunnel")));
  assert(lines.some((line) => line.startsWith("<yellow>warning: New sessions")));
});

Deno.test("a certificate that expires soon has no duration beside it, which would read as the time left", () => {
  const certificate = {
    use: "own" as const,
    path: "server.crt",
    names: "DNS:proxy.example",
    sha256: "ab".repeat(32),
    not_before: at(-86_400),
    not_after: at(5 * 86_400),
    warning: '"server.crt" expires on 2026-12-02; replace it soon (tunnels still work)',
  };
  const lines = screenOf({ certificates: [certificate] }).join(" ");
  assertMatch(lines, /expires on .*\(certificate-expiring\)/);
});
