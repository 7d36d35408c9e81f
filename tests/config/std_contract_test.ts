/** What the project relies on in @std, both the stand-ins in links/ and the real packages. */
import { parseArgs } from "@std/cli/parse-args";
import { unicodeWidth } from "@std/cli/unicode-width";
import {
  assertEquals,
  AssertionError,
  assertLess,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { parse } from "@std/toml";
import { outlineOf } from "../../src/config/toml/toml_outline.ts";
import project from "../../deno.json" with { type: "json" };

/** Text that `outlineOf` accepts, as all text passed to `parse` must be, and its values. */
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
  ["[t]\nb = 2\n[t.u]\na = 1\n[[l.m]]\n[l.n]", {
    t: { b: 2, u: { a: 1 } },
    l: { m: [{}], n: {} },
  }],
  ["a = [ # x\n1 , # y\n2\n]", { a: [1, 2] }],
  ['a = """x"y""z"""\nb = \'\'\'y\'\'z\'\'\'', { a: 'x"y""z', b: "y''z" }],
  ['a = """x\\\n\n  y"""', { a: "xy" }],
  ["a = { b = [1]}\nc = { d = [] }\ne = { f = [[]]}", {
    a: { b: [1] },
    c: { d: [] },
    e: { f: [[]] },
  }],
  ["a = inf\nb = -1\nc = +0.5", { a: null, b: -1, c: 0.5 }],
];

Deno.test("P6: TOML values are parsed as specified, with keys in order", () => {
  for (const [source, value] of VALUES) {
    assertEquals([source, outlineOf(source).problems], [source, []]);
    assertEquals([source, JSON.stringify(parse(source))], [source, JSON.stringify(value)]);
  }
});

/** Valid TOML that @std/toml 1.0.11 refuses or parses incorrectly, and our message for it. */
const REFUSED: [source: string, words: string][] = [
  ["[t.u]\na = 1\n[t]\nb = 2", "Table [t] stands below line 1, which starts a table inside it"],
  ["a = [1\n, 2\n]", "A comma stands at the start of a line"],
  ["a = [\n1 # x\n\n, 2]", "A comma stands at the start of a line"],
  ['a = """x"""""', 'A text between """ cannot end with "'],
  ["a = '''x''''", "A text between ''' cannot end with '"],
  ['a = """x\\  \n  y"""', "There are blanks after the backslash at the end of the line"],
  ["a = { b = []}", '"]" and "}" touch'],
  ["a = { b = [[1,]}", '"]" and "}" touch'],
  ["[constructor]", 'Unknown key "constructor"'],
  ["[a]\n__proto__.b = 2", 'Unknown key "__proto__"'],
  ["a = { toString = 1 }", 'Unknown key "toString"'],
  ['[""]\na = 1', "The name between the quotation marks is empty"],
  ["'' = 1", "The name between the quotation marks is empty"],
  ...["1979-05-27", "1979-05-27T07:32:00Z", "07:32:00", "07:32:00.25"].map((
    time,
  ): [string, string] => [
    `a = ${time}`,
    "Dates and times are not supported",
  ]),
];

Deno.test("P6: TOML that @std/toml does not parse as specified is refused, with a reason", () => {
  for (const [source, words] of REFUSED) {
    assertEquals([source, outlineOf(source).problems[0]?.words], [source, words]);
  }
});

Deno.test("P6: a table has at most 200 settings, as @std/toml takes quadratic time", () => {
  const settings = (count: number, end: string): string =>
    Array.from({ length: count }, (_, at) => `k${at} = 1`).join(end);
  const words = "More than 200 settings in one table";
  for (
    const table of [
      (count: number) => settings(count, "\n"),
      (count: number) => `[t]\n${settings(count, "\n").replaceAll("k", "a.k")}`,
      (count: number) => `t = [{ ${settings(count, ", ")} }]`,
    ]
  ) {
    assertEquals(outlineOf(table(200)).problems, []);
    assertEquals(outlineOf(table(201)).problems.map((it) => it.words), [words]);
  }
  const tables = Array.from({ length: 50 }, (_, at) => `[t${at}]\n${settings(50, "\n")}`);
  assertEquals(outlineOf(tables.join("\n")).problems, []);
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

Deno.test("P6: command-line flags are parsed as by the real @std/cli", () => {
  const options = { boolean: ["quick"], string: ["json", "only"], default: { only: "all" } };
  const none = { _: [], quick: false, only: "all" };
  const cases: [args: string[], found: object][] = [
    [[], none],
    [["--quick", "--json", "a", "--only=b=c"], { ...none, quick: true, json: "a", only: "b=c" }],
    [["--json", "a", "--json", "5"], { ...none, json: "5" }],
    [["--json"], { ...none, json: "" }],
    [["--json", "--quick"], { ...none, json: "", quick: true }],
    [["--quick=false", "x", "7"], { ...none, _: ["x", 7] }],
    [["--quick", "false", "--", "--json"], { ...none, _: ["--json"] }],
    [["--no-quick"], { ...none, "no-quick": true }],
    [["--json="], { ...none, "json=": true }],
    [["--seed", "7", "--a.b", "-ab", "-"], { ...none, seed: 7, a: true, b: "-" }],
    [["", "x"], { ...none, _: ["", "x"] }],
  ];
  for (const [args, found] of cases) assertEquals([args, parseArgs(args, options)], [args, found]);
  const strange: string[] = [];
  parseArgs(["--quick", "--nope", "-x", "y"], {
    ...options,
    unknown: (arg) => void strange.push(arg),
  });
  assertEquals(strange, ["--nope", "-x"]);
});

Deno.test("P6: the project imports only parts of @std that all 1.x versions export", () => {
  const imports = Object.entries(project.imports).filter(([name]) => name.startsWith("@std/"));
  assertEquals(imports, [
    ["@std/assert", "jsr:@std/assert@^1"],
    ["@std/cli", "jsr:@std/cli@^1"],
    ["@std/cli/parse-args", "jsr:@std/cli@^1/parse-args"],
    ["@std/cli/unicode-width", "jsr:@std/cli@^1/unicode-width"],
    ["@std/toml", "jsr:@std/toml@^1"],
  ]);
});

/** Whether an assertion holds; rethrows errors other than AssertionError. */
async function holds(assertion: () => unknown): Promise<boolean> {
  try {
    await assertion();
    return true;
  } catch (error) {
    if (error instanceof AssertionError) return false;
    throw error;
  }
}

/** A class whose value is visible only through a getter. */
class Hidden {
  #value: number;

  constructor(value: number) {
    this.#value = value;
  }

  get value(): number {
    return this.#value;
  }
}

const bare = (): object => Object.create(null);
const PAIRS: [what: string, isEqual: boolean, one: unknown, other: unknown][] = [
  ["zeros", true, 0, -0],
  ["zeros in floats", true, new Float32Array([0]), new Float32Array([-0])],
  ["NaN", true, [NaN], [NaN]],
  ["without a prototype", true, { a: 1 }, Object.assign(bare(), { a: 1 })],
  ["keys in another order", true, { a: 1, b: 2 }, { b: 2, a: 1 }],
  ["sets in another order", true, new Set([{ a: 1 }, 2]), new Set([2, { a: 1 }])],
  ["maps", true, new Map([["a", { b: [1] }]]), new Map([["a", { b: [1] }]])],
  ["maps of other values", false, new Map([["a", 1]]), new Map([["a", 2]])],
  ["a key without a value", false, { a: undefined }, {}],
  ["keys of another name", false, { a: undefined }, { b: undefined }],
  ["lists of another length", false, [1], [1, undefined]],
  ["symbols", false, { [Symbol.for("a")]: 1 }, { [Symbol.for("a")]: 2 }],
  ["kinds of bytes", false, new Uint8Array([1]), new Uint8ClampedArray([1])],
  ["bytes", false, new Uint8Array([1, 2]).buffer, new Uint8Array([1, 3]).buffer],
  ["dates", false, new Date(1), new Date(2)],
  ["regular expressions", false, /a/, /a/g],
  ["URLs", false, new URL("http://a/"), new URL("http://b/")],
  ["a number and its text", false, 1, "1"],
  ["null and undefined", false, null, undefined],
  ["separate errors", false, new Error("a"), new Error("a")],
  ["private fields", false, new Hidden(1), new Hidden(2)],
  ["equal private fields", true, new Hidden(1), new Hidden(1)],
  ["functions", false, () => 1, () => 1],
];

Deno.test("P6: equality in assertions is that of the real @std/assert", async () => {
  for (const [what, isEqual, one, other] of PAIRS) {
    const found = [
      await holds(() => assertEquals(one, other)),
      await holds(() => assertEquals([other], [one])),
      await holds(() => assertNotEquals(one, other)),
    ];
    assertEquals([what, ...found], [what, isEqual, isEqual, !isEqual]);
  }
});

Deno.test("P6: assertThrows and assertRejects accept only the expected kind of error", async () => {
  const failure = new TypeError("\x1b[31mred\x1b[0m alert");
  const throwing = (): never => {
    throw failure;
  };
  const rejecting = (): Promise<never> => Promise.reject(failure);
  const cases: [what: string, isHeld: boolean, assertion: () => unknown][] = [
    ["any", true, () => assertThrows(throwing)],
    ["of its class", true, () => assertThrows(throwing, TypeError, "red alert")],
    ["of a class above", true, () => assertThrows(throwing, Error)],
    ["of another class", false, () => assertThrows(throwing, RangeError)],
    ["of another text", false, () => assertThrows(throwing, TypeError, "green")],
    ["nothing thrown", false, () => assertThrows(() => 1)],
    ["rejected", true, () => assertRejects(rejecting, TypeError, "red alert")],
    ["rejected by another class", false, () => assertRejects(rejecting, RangeError)],
    ["thrown, not rejected", false, () => assertRejects(throwing)],
    ["thrown, not rejected, of its class", false, () => assertRejects(throwing, TypeError)],
    ["nothing rejected", false, () => assertRejects(() => Promise.resolve(1))],
    ["no error", false, () => assertRejects(() => Promise.reject("text"), Error)],
    ["unordered", false, () => assertLess(NaN, 1)],
  ];
  for (const [what, isHeld, assertion] of cases) {
    assertEquals([what, await holds(assertion)], [what, isHeld]);
  }
  assertEquals(assertThrows(throwing) === failure, true);
  assertEquals(await assertRejects(rejecting) === failure, true);
});
