import { parse } from "@std/toml";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { outlineOf } from "../../../src/config/toml/toml_outline.ts";
import { cpuTime } from "../../cpu_time.ts";
import { config as configTarget } from "../../fuzz/targets/config.ts";
import { Random } from "../../fuzz/random.ts";

function problems(source: string): string[] {
  return outlineOf(source).problems.map(({ path, line, words, remedy }) =>
    `${line}${path === "" ? "" : ` ${path}`}: ${words}; ${remedy}`
  );
}

Deno.test("P7: keys of inline tables have correct line numbers", () => {
  const source = `clients = [{ name = "a", secret_file = "a" },
  # two
  { name = "b",   secret_file = "b" },
  { name = "c", x = { y = 1 } }, { name = "d" },

  { name = "e" }]
list = [
  [{ z = 1 }],
  [
    { z = 2 },
  ],
]
`;
  const { lines, problems } = outlineOf(source);
  assertEquals([problems, lines.get("clients[0]"), lines.get("clients")], [[], undefined, 1]);
  const expected = {
    "clients[1]": 3,
    "clients[2]": 4,
    "clients[3]": 4,
    "clients[4]": 6,
    "list[0][0]": 8,
    "list[1][0]": 10,
  };
  for (const [path, line] of Object.entries(expected)) {
    assertEquals([path, lines.get(path)], [path, line]);
  }
});

Deno.test("P6: a duplicate key or table is reported with both lines, in any notation", () => {
  const cases: [source: string, line: number, path: string, first: number][] = [
    ["a = 1\na = 2", 2, "a", 1],
    ['a = 1\n"a" = 2', 2, "a", 1],
    ["[t]\na = 1\nb = 2\na = 3", 4, "t.a", 2],
    ["[t]\n[u]\n[t]", 3, "t", 1],
    ["t.a = 1\nt.a = 2", 2, "t.a", 1],
    ["t.a = 1\n[t]", 2, "t", 1],
    ["t = 1\n[t]", 2, "t", 1],
    ["t = { a = 1 }\n[t.b]", 2, "t", 1],
    ["t = { a = 1, a = 2 }", 1, "t.a", 1],
    ["t = [{ a = 1 },\n{ a = 1, b = 2, a = 3 }]", 2, "t[1].a", 2],
    ["[[t]]\na = 1\n[[t]]\na = 2\na = 3", 5, "t[1].a", 4],
    ["[t]\n[[t]]", 2, "t", 1],
    ["[[t]]\n[t]", 2, "t", 1],
    ["t = [{ a = 1 }]\n[[t]]", 2, "t", 1],
  ];
  for (const [source, line, path, first] of cases) {
    const [found, ...more] = problems(source);
    assertEquals([source, more], [source, []]);
    assertMatch(found, new RegExp(`^${line} ${path.replace(/[[\]]/g, "\\$&")}: .*line ${first}`));
  }
  for (const source of ["[t]\na = 1\n[t.u]", "[[t]]\n[t.u]\n[[t]]\n[t.u]", "t.a = 1\nt.b = 2"]) {
    assertEquals([source, problems(source)], [source, []]);
  }
});

Deno.test("P8: a syntax error is reported on its line with what is wrong", () => {
  const cases: [source: string, line: number, words: string][] = [
    [
      'a = "x"\nname = "wan0\nb = "y"',
      2,
      'The text that starts with " on this line does not end on it',
    ],
    ["name = 'wan0", 1, "The text that starts with ' on this line does not end"],
    ['name = wan0"', 1, 'The quotation mark before wan0" is missing'],
    ['\nname = "wan0" mac = "own"', 2, "put it on its own line"],
    ["mode = server", 1, 'Text needs quotation marks; write "server"'],
    ["listen = 192.0.2.2:8443", 1, 'write "192.0.2.2:8443"'],
    ["timeout = 30s", 1, 'write "30s"'],
    ["secrets = True", 1, "write true"],
    ["secrets = no", 1, "write false"],
    ["a =", 1, "A value is missing here"],
    ["a = # x", 1, "A value is missing here"],
    ["a", 1, '"=" and a value are missing after "a"'],
    ['mode: "server"', 1, 'A setting is written with "=", not ":"; write mode = "server"'],
    ["= 1", 1, 'The name before "=" is missing'],
    ["[interface\nname = 1", 1, '"]" is missing'],
    ["[[clients]\n", 1, '"]]" is missing'],
    [
      "a = [1,\n 2\nb = 3",
      2,
      'The list that starts on line 1 has neither "," nor "]" after its item 2',
    ],
    ["a = [1,\n 2,\n", 1, 'The list that starts with "[" here does not end'],
    ["a = [1 2]", 1, 'has neither "," nor "]" after its item 1'],
    ["a = { b = 1,\n c = 2 }", 1, "must end on its line"],
    ["a = { b = 1 c = 2 }", 1, 'has no "," between two settings'],
    ['a = """\nx\ny', 1, 'does not end; write the missing """ after it'],
    ['a = "C:\\new\\x"', 1, "has no meaning"],
    ["a = 010", 1, "without leading zeros"],
    ["a = 99999999999999999999", 1, "is too large"],
    ["a = \u201cx\u201d", 1, "quotation marks are curly"],
    ["a\u00a0= 1", 1, "an unusual blank (U+00A0)"],
    ["a = 1\rb = 2", 1, "carriage return alone"],
    ["a = 1\n\0", 2, "control character (U+0000)"],
    [`a = ${"[".repeat(100_000)}`, 1, "nested too deeply"],
    ["a = } ", 1, "missing"],
  ];
  for (const [source, line, words] of cases) {
    const [found = ""] = problems(source);
    assertStringIncludes(found, words, source);
    assertStringIncludes(found, `${line}: `);
  }
});

Deno.test("every line with a syntax error is reported, up to 50, but none that only follows", () => {
  const lines = (source: string) => outlineOf(source).problems.map(({ line }) => line);
  assertEquals(lines("a = x\n[t\na = 1\nb: 2\n\n= 3\nc = 'x\n"), [1, 2, 4, 6, 7]);
  // What may extend over several lines hides the lines after it.
  for (const open of ["[1 2", "{ b 1", '"""x', "'''x"]) {
    assertEquals([open, lines(`a = ${open}\nb = x\n`).length], [open, 1]);
  }
  assertEquals(lines("a = x\n".repeat(1_000)).length, 50);
});

Deno.test("CRLF, tabs, comments and all kinds of strings and numbers are accepted", () => {
  const source =
    `a = 1\t# x\r\n\tb = "\\u00e9\\t" \r\n[ t . "q \\" x" ]\r\nc = ['[', "#",\r\n]\r\n` +
    'd = \'\'\'\n"""\'\'\'\ne = """a\\\n  b"""\nf = [+1, -0x0, 0x8_8, 1e6, 1_000.5, inf]\n'
      .replace("-0x0", "-0") +
    "h = {}\ni = { j = [], 'k' = true }\n";
  assertEquals(problems(source), []);
  parse(source);
});

Deno.test("P6: text without problems can be parsed by @std/toml", () => {
  const random = new Random(7);
  for (let count = 0; count < 3_000; count++) {
    const source = new TextDecoder().decode(configTarget.generate(random));
    if (problems(source).length > 0) continue;
    parse(source);
  }
});

Deno.test("a file of 1 MB is scanned in seconds, whatever its content", () => {
  for (
    const unit of [
      "a",
      "[",
      "{",
      '"',
      "'''",
      "a.",
      "a=[",
      "[[a]]\n",
      "a=1\n",
      "#\n",
      "\\",
      "x={}\n",
    ]
  ) {
    const source = unit.repeat(1_000_000 / unit.length);
    const cost = cpuTime(() => assert(outlineOf(source).problems.length <= 50, unit));
    assert(cost < 5_000, `${unit}: ${cost} ms`);
  }
});
