import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { csvLines } from "../../src/cli/terminal/csv.ts";
import { withDaemon } from "../admin/daemon.ts";
import { dial } from "../proxy/dial.ts";
import { pppoeProxy } from "./process.ts";

Deno.test("CSV quotes what has separators, and no field is a formula of a spreadsheet", () => {
  const rows = [{ a: 'x"y,z', b: 1, c: null }, { a: "=1+1", b: -2, c: "two\nlines" }];
  assertEquals(csvLines(["a", "b", "c"], rows), [
    "a,b,c",
    '"x""y,z",1,',
    '\'=1+1,-2,"two\nlines"',
  ]);
});

Deno.test("ended sessions are selected by time and reason, in local time, as CSV and as JSON", () =>
  withDaemon({}, async ({ path, socket, ask }) => {
    const shown = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await pppoeProxy(["sessions", ...args, "-s", socket]);
      assertEquals([args, code, stderr], [args, 0, ""]);
      return stdout.trimEnd();
    };
    const empty = await shown("--past", "--format", "csv");
    await dial(path, { id: 7 });
    const [live] = (await shown("--format", "csv")).split("\n");
    assertMatch(live, /^session,client,customer_mac,ac_mac,session_id,/);
    await (await ask("/api/v1/sessions/branch-1.1", { method: "DELETE" })).body?.cancel();
    const [titles, row, ...more] = (await shown("--past", "--since", "5m")).split("\n");
    assertMatch(titles, /^CLIENT .* CLOSED \(UTC[+-]\d\d:\d\d\) +LASTED/);
    assertMatch(row, /^branch-1 .* {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d .* admin$/);
    assertEquals(more, []);
    const count = async (...args: string[]): Promise<number> =>
      JSON.parse(await shown("--past", ...args, "--format", "json")).total;
    assertEquals(await count(), 1);
    assertEquals(await count("--until", "1h"), 0);
    assertEquals(await count("--reason", "admin"), 1);
    assertEquals(await count("--reason", "idle"), 0);
    assertEquals(await count("--mac", "02:00:00:00:00:77"), 0);
    const [keys, values] = (await shown("--past", "--format", "csv")).split("\n");
    assertMatch(keys, /^client,customer_mac,ac_mac,session_id,/);
    assertEquals([empty, await shown("--format", "csv")], [keys, live]);
    assertMatch(values, /^branch-1,02:.*,admin,/);
    for (
      const [wrong, words] of [
        [["--since", "5m"], "add --past"],
        [["--past", "--reason", "idel"], 'did you mean "idle"'],
        [["--past", "--reason", "x"], "use one of "],
        [["--past", "--state", "open"], "leave out --past"],
        [["--past", "--since", "noon"], '"03:12"'],
        [["--mac", "zz"], 'Cannot use "zz" for --mac: expected a MAC address'],
        [["--session-id", "0"], "for --session-id: expected a whole number from 1 to 65535"],
        [["--limit", "0"], 'Cannot use "0" for --limit'],
        [["--server", "x"], 'This daemon is a server; use "client"'],
      ] as const
    ) {
      const { code, stderr } = await pppoeProxy(["sessions", ...wrong, "-s", socket]);
      assertEquals([wrong, code], [wrong, 2]);
      assertStringIncludes(stderr, words);
    }
  }));
