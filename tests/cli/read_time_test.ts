import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../src/cli/arguments.ts";
import { readTime } from "../../src/cli/read_time.ts";
import { showTime, zoneName } from "../../src/cli/terminal/local_time.ts";

const NOW = new Date(2026, 10, 26, 9, 30).getTime();

Deno.test("a time is how long ago, a time of day in the last 24 hours, a date or both", () => {
  const read = (text: string): string => showTime(readTime(text, "since", NOW));
  assertEquals(read("90m"), "2026-11-26 08:00:00");
  assertEquals(read("3:12"), "2026-11-26 03:12:00");
  assertEquals(read("23:59:58"), "2026-11-25 23:59:58");
  assertEquals(read("2026-11-20"), "2026-11-20 00:00:00");
  assertEquals(read("2026-11-20 03:12"), "2026-11-20 03:12:00");
  assertEquals(read("2026-11-20T03:12:05"), "2026-11-20 03:12:05");
  assertEquals(readTime("2026-11-20T03:12:05Z", "since", NOW), Date.UTC(2026, 10, 20, 3, 12, 5));
  for (const wrong of ["", "yesterday", "24:00", "2026-13-01", "26.11.2026", "-5m", "3"]) {
    assertThrows(() => readTime(wrong, "since", NOW), UsageError, "--since");
  }
});

Deno.test("the time zone is named with its offset from UTC", () => {
  assertEquals(/^(.+ \()?UTC[+-]\d\d:\d\d\)?$/.test(zoneName(NOW)), true);
});
