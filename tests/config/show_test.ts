import { assertEquals } from "@std/assert";
import { parse } from "@std/toml";
import { parseConfig } from "../../src/config/load.ts";
import { showConfig } from "../../src/config/show.ts";

const FILE = new URL("../../config.example.toml", import.meta.url).pathname;
const source = await Deno.readTextFile(FILE);

/** Converts values with several spellings to the spelling of `showConfig`. */
function shown(value: unknown, key = ""): unknown {
  if (key === "listen" && typeof value === "string") return [value];
  if (value === "60s") return "1m";
  if (/(?:_file|^certificate|^key)$/.test(key)) {
    return new URL(String(value), `file://${FILE}`).pathname;
  }
  if (Array.isArray(value)) return value.map((item) => shown(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shown(item, name)]));
}

Deno.test("a configuration is shown as in its file", () => {
  assertEquals(showConfig(parseConfig(source, FILE)), shown(parse(source)));
});

Deno.test("a fixed Host-Uniq is shown as in its file", () => {
  const fixed = source.replace('host_uniq = "rewrite"', 'host_uniq = "fixed:00ff"');
  const { discovery } = showConfig(parseConfig(fixed, FILE)) as { discovery: object };
  assertEquals(discovery, { host_uniq: "fixed:00ff", timeout: "1m" });
});
