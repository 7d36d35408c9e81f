/** What this project relies on in the packages of @std, be they the stand-ins of links/ or the real ones. */
import { unicodeWidth } from "@std/cli/unicode-width";
import { parse } from "@std/toml";
import { assertEquals } from "@std/assert";
import { outlineOf } from "../../src/config/toml_outline.ts";

/** Text without a problem to `outlineOf`, as all that is given to `parse` is; and its values. */
const VALUES: [source: string, value: unknown][] = [
  ["a = 1\nb = -2\nc = 0x8863\nd = 1_000\ne = 0o17\nf = 0b11", {
    a: 1,
    b: -2,
    c: 34915,
    d: 1000,
    e: 15,
    f: 3,
  }],
  ["a = 1.5\nb = 1e3\nc = true\nd = false", { a: 1.5, b: 1000, c: true, d: false }],
  ['a = "x\\t\\"\\u00e9"\nb = \'\\x\'\nc = """\nx\ny"""', { a: 'x\t"é', b: "\\x", c: "x\ny" }],
  ["a = [1, [2, 3], { b = 4 }, ]\n", { a: [1, [2, 3], { b: 4 }] }],
  ["a.b = 1\na.c = 2\n[t.u]\nv = 3", { a: { b: 1, c: 2 }, t: { u: { v: 3 } } }],
  ["[[t]]\na = 1\n[[t]]\na = 2\n[t.u]\nb = 3", { t: [{ a: 1 }, { a: 2, u: { b: 3 } }] }],
  ["# x\r\na = 1 # y\r\n\r\n[t] # z\r\n", { a: 1, t: {} }],
  ["", {}],
];

Deno.test("P6: values of TOML are what the specification says, keys in their order", () => {
  for (const [source, value] of VALUES) {
    assertEquals(outlineOf(source).problems, []);
    assertEquals(JSON.stringify(parse(source)), JSON.stringify(value));
  }
});

Deno.test("P6: a wide character takes two columns, a combining one none", () => {
  for (const [text, columns] of [["abc", 3], ["局", 2], ["e\u0301", 1], ["", 0]] as const) {
    assertEquals([text, unicodeWidth(text)], [text, columns]);
  }
});
