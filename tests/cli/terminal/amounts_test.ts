import { assertEquals } from "@std/assert";
import { showBits } from "../../../src/cli/terminal/amounts.ts";
import { clip, wrap } from "../../../src/cli/terminal/wrap.ts";

Deno.test("rates have decimal units of bits per second", () => {
  assertEquals([0, 12.4, 125, 1_250_000, 125_000_000, 3e12].map(showBits), [
    "0 bit/s",
    "99 bit/s",
    "1.0 kbit/s",
    "10.0 Mbit/s",
    "1.0 Gbit/s",
    "24000.0 Gbit/s",
  ]);
});

Deno.test("texts are broken between words, and clipped by columns, not by characters", () => {
  assertEquals(wrap("a bc def", 4), ["a bc", "def"]);
  assertEquals(wrap("abcdef g", 4), ["abc…", "g"]);
  assertEquals(clip("漢字漢字", 5), "漢字…");
  assertEquals(clip("abcd", 4), "abcd");
});
