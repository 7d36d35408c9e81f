/** What this project relies on in packages that read TOML and measure text: the real ones and stand-ins of links/. */
import { unicodeWidth } from "@std/cli/unicode-width";
import { assertEquals, assertThrows } from "@std/assert";
import { parse } from "smol-toml";
import { ConfigError } from "../../src/config/config_error.ts";
import { parseConfig } from "../../src/config/load.ts";
import { outlineOf } from "../../src/config/toml_outline.ts";
import project from "../../deno.json" with { type: "json" };

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
  // A table after the one below it; @std/toml 1.0.11 refuses what follows here, or reads something else.
  ["[t.u]\na = 1\n[t]\nb = 2", { t: { u: { a: 1 }, b: 2 } }],
  ["a = [1\n, 2\n]", { a: [1, 2] }],
  ["a = \"\"\"x\"\"\"\"\"\nb = '''y'''''", { a: 'x""', b: "y''" }],
  ['a = """x\\  \n  y"""', { a: "xy" }],
  ["a = 1\n[constructor]\n[toString.b]\nc = 2", {
    a: 1,
    constructor: {},
    toString: { b: { c: 2 } },
  }],
  ["__proto__ = 1\n[a]\n__proto__.b = 2", {
    ["__proto__"]: 1,
    a: { ["__proto__"]: { b: 2 } },
  }],
  ['[""]\na = 1', { "": { a: 1 } }],
];

Deno.test("P6: values of TOML are what the specification says, keys in their order", () => {
  for (const [source, value] of VALUES) {
    assertEquals([source, outlineOf(source).problems], [source, []]);
    assertEquals([source, JSON.stringify(parse(source))], [source, JSON.stringify(value)]);
  }
});

Deno.test("P6: a date or a time is no text, and one that no calendar has is refused", () => {
  for (const value of ["1979-05-27", "1979-05-27t07:32:00z", "07:32:00", "07:32:00.25"]) {
    assertEquals([value, parse(`a = ${value}`).a instanceof Date], [value, true]);
  }
  for (const value of ["1979-13-01", "25:00:00"]) {
    const source = `mode = "server"\nname = ${value}`;
    const { message } = assertThrows(() => parseConfig(source, "/x.toml"), ConfigError);
    assertEquals(message, "/x.toml:2: Cannot parse TOML: column 8: invalid date");
  }
});

Deno.test("P6: a character takes two columns where it is wide, and none where it combines", () => {
  const widths: [text: string, columns: number][] = [
    ["abc", 3],
    ["局", 2],
    ["ｗｉｄｅ", 8],
    ["e\u0301", 1],
    ["", 0],
    ["\u{1f468}\u200d\u{1f469}", 4],
    ["❤\ufe0f", 1],
    ["1\ufe0f\u20e3", 1],
    ["\u{1f1e9}\u{1f1ea}", 2],
    ["\u1112\u1161\u11ab", 2],
    ["a\u00adb", 3],
    ["a\u200b\u202e\u0600b", 2],
    ["\0\t\n\x7f\x9b", 0],
    ["\x1b[31mx", 5],
    ["§°é", 3],
  ];
  for (const [text, columns] of widths) assertEquals([text, unicodeWidth(text)], [text, columns]);
});

Deno.test("P6: of @std nothing is imported but what each 1.x of the real packages exports", () => {
  const imports = Object.entries(project.imports).filter(([name]) => name.startsWith("@std/"));
  assertEquals(imports, [
    ["@std/assert", "jsr:@std/assert@^1"],
    ["@std/cli/unicode-width", "jsr:@std/cli@^1/unicode-width"],
  ]);
});
