import { assert, assertEquals } from "@std/assert";
import { LogRing, MAX_CHARACTERS, MAX_LINE, MAX_LINES } from "../src/log_ring.ts";

const line = (ring: LogRing, level: "debug" | "warning", json: string): void =>
  ring.add(level, "main", json, () => "{}");

Deno.test("the ring keeps the latest lines, and debug lines evict no warning", () => {
  const ring = new LogRing();
  line(ring, "warning", '"first"');
  for (let i = 0; i < 3 * MAX_LINES; i++) line(ring, "debug", String(i));
  const kept = ring.after(0);
  assertEquals(kept.length, 1 + MAX_LINES);
  assertEquals([kept[0].json, kept[1].json], ['"first"', String(2 * MAX_LINES)]);
  assertEquals(ring.latest, 3 * MAX_LINES + 1);
  assertEquals(ring.after(ring.latest - 1).map(({ json }) => json), [String(3 * MAX_LINES - 1)]);
  assertEquals(ring.after(ring.latest), []);
});

Deno.test("the ring is bounded in characters, and a line that is too long loses its facts", () => {
  const ring = new LogRing();
  for (let i = 0; i < 200; i++) line(ring, "debug", "x".repeat(MAX_LINE));
  const characters = ring.after(0).reduce((sum, { json }) => sum + json.length, 0);
  assert(characters <= MAX_CHARACTERS && characters > MAX_CHARACTERS - MAX_LINE);
  line(ring, "debug", "x".repeat(MAX_LINE + 1));
  assertEquals(ring.after(200).map(({ json }) => json), ["{}"]);
});
