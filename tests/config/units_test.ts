import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatDuration, formatSize, parseDuration, parseSize } from "../../src/config/units.ts";
import { durationHint, sizeHint } from "../../src/config/unit_hints.ts";

Deno.test("durations and sizes are parsed with their units", () => {
  const durations = ["500ms", "30s", "5m", "1h", "2d"].map(parseDuration);
  assertEquals(durations, [500, 30_000, 300_000, 3_600_000, 172_800_000]);
  assertEquals(["7B", "64KiB", "4MiB", "1GiB"].map(parseSize), [7, 65_536, 4_194_304, 2 ** 30]);
});

Deno.test("amounts with a missing or unknown unit, a sign or a fraction are refused", () => {
  for (
    const text of ["", "5", "s", "5 s", "-5s", "1.5s", "5S", "5KB", "5toString", "1s2ms", "5s\n"]
  ) {
    assertEquals([parseDuration(text), parseSize(text)], [undefined, undefined], text);
  }
  assertEquals(parseDuration("999999999999999d"), undefined);
});

Deno.test("formatted values are parsed to the same value", () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 46 }), (value) => {
      assertEquals(parseDuration(formatDuration(value)), value);
      assertEquals(parseSize(formatSize(value)), value);
    }),
    { examples: [[0], [1], [1000], [1024], [86_400_000]] },
  );
});

Deno.test("for any text the parsers return a non-negative safe integer or undefined", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d+[a-zA-Z]{1,3}$/)), (text) => {
    for (const value of [parseDuration(text), parseSize(text)]) {
      assertEquals(value === undefined || (Number.isSafeInteger(value) && value >= 0), true);
    }
  }));
});

Deno.test("P8: no hint repeats what was written", () => {
  const texts = fc.tuple(fc.nat(), fc.constantFrom("", " "), fc.constantFrom("d", "day", "KiB", ""))
    .map((parts) => parts.join(""));
  assertEquals(durationHint("99999999999999d"), "");
  assertEquals(sizeHint("999999999999999GiB"), "");
  for (const hint of [durationHint, sizeHint]) {
    fc.assert(fc.property(texts, (text) => assert(!hint(text).includes(`write "${text}"`))));
  }
});
