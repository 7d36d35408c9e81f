import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { History } from "../../../src/admin/api/history_schema.ts";
import { describeHistory } from "../../../src/cli/remote/history.ts";
import { showBar } from "../../../src/cli/terminal/bar.ts";
import { plain } from "../../../src/cli/terminal/style.ts";
import { withDaemon } from "../../admin/daemon.ts";
import { pppoeProxy } from "../process.ts";

/** Three minutes, in the last of which the daemon did not run. */
function threeMinutes(more: Partial<History> = {}): History {
  const from = new Date(2026, 10, 26, 3, 10);
  return {
    from: from.toISOString(),
    to: new Date(from.getTime() + 180_000).toISOString(),
    "step_seconds": 60,
    "bytes_up_per_second": [1_000_000, 0, null],
    "bytes_down_per_second": [3_000_000, 500_000, null],
    "frames_up_per_second": [1_000, 0, null],
    "frames_down_per_second": [3_000, 500, null],
    "sessions_open": [12, 0, null],
    "sessions_held": [0, 12, null],
    "rtt_seconds": [0.0123, null, null],
    drops: [0, 7, null],
    events: [],
    ...more,
  };
}

Deno.test("a history is a table whose bars show both directions, within the terminal's width", () => {
  assertEquals(describeHistory(threeMinutes(), plain, 80), [
    "TIME                         UP         DOWN  OPEN  HELD      RTT  DROPS",
    "2026-11-26 03:10:00  8.0 Mbit/s  24.0 Mbit/s    12     0  12.3 ms      0  ██████",
    "2026-11-26 03:11:00     0 bit/s   4.0 Mbit/s     0    12        -      7  ▊",
    "2026-11-26 03:12:00           -            -     -     -        -      -",
  ]);
  for (const line of describeHistory(threeMinutes(), plain, 100)) assert(line.length <= 100);
  const [heading] = describeHistory(threeMinutes({ session: "branch-1.7" }), plain, 80);
  assertMatch(heading, /^TIME +UP +DOWN$/);
  const [client] = describeHistory(threeMinutes({ client: "branch-1" }), plain, 80);
  assertMatch(client, /HELD +RTT$/);
});

Deno.test("a history without traffic, or on a narrow terminal, has no bars", () => {
  const none = [0, 0, null];
  const still = { "bytes_up_per_second": none, "bytes_down_per_second": none };
  const lines = [
    ...describeHistory(threeMinutes(still), plain, 200),
    ...describeHistory(threeMinutes(), plain, 78),
  ];
  assertEquals(lines.filter((line) => /[█▏▎▍▌▋▊▉]/.test(line)), []);
});

Deno.test("a bar is visible if there is anything, and never wider than its room", () => {
  assertEquals([0, 1e-9, 0.5, 1, 7].map((part) => showBar(part, 4)), [
    "",
    "▏",
    "██",
    "████",
    "████",
  ]);
});

Deno.test("history prints a table, JSON or CSV of what is asked for", () =>
  withDaemon({}, async ({ socket, daemon }) => {
    daemon.history.sample(Math.floor(Date.now() / 10_000) * 10_000, 10_000);
    const run = (...args: string[]) => pppoeProxy(["history", "-s", socket, ...args]);
    const lines = (await run()).stdout.trimEnd().split("\n");
    assert(lines.length > 10 && lines.length <= 21, `${lines.length} lines`);
    const json = JSON.parse((await run("--json", "--since", "10m", "--until", "5m")).stdout);
    const span = Date.parse(json.to) - Date.parse(json.from);
    assert(span === 300_000 || span === 310_000, `${span} ms`);
    const csv = (await run("--csv", "--points", "30")).stdout.split("\n");
    assert(csv.length <= 32 && csv[0].startsWith("time,bytes_up_per_second,"));
    const both = await run("--csv", "--json");
    assertEquals(both.code, 2);
    const none = await run("branch-1.77");
    assertEquals(none.code, 4);
    assertStringIncludes(none.stderr, 'No history of the session "branch-1.77"');
  }));
