import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type ArgumentsSpec, readArguments, UsageError } from "../../src/cli/arguments.ts";
import { COMMANDS } from "../../src/cli/commands.ts";

const SPEC: ArgumentsSpec = {
  options: [
    { name: "write", alias: "w", value: "FILE", summary: "" },
    { name: "side", value: "customer|ac", summary: "" },
    { name: "json", alias: "j", summary: "" },
    { name: "secrets", alias: "s", summary: "" },
  ],
  positionals: ["ONE", "TWO"],
};

function read(...args: string[]): [string[], Record<string, string>, string[]] {
  const { positionals, values, switches } = readArguments(args, SPEC);
  return [[...positionals], Object.fromEntries(values), [...switches]];
}

Deno.test("P6: an option's value is attached or follows, and may be a dash", () => {
  for (
    const args of [["--write", "-"], ["--write=-"], ["-w", "-"], ["-w-"], ["-w=-"], ["-jw", "-"]]
  ) {
    assertEquals([args, read(...args)[1]], [args, { write: "-" }]);
  }
  for (const args of [["--write", "a b"], ["--write=a b"], ["-wa b"], ["-w=a b"]]) {
    assertEquals(read(...args), [[], { write: "a b" }, []]);
  }
  assertEquals(read("--write=a=b"), [[], { write: "a=b" }, []]);
  assertEquals(read("--write==b"), [[], { write: "=b" }, []]);
  assertEquals(read("--write", "0x1"), [[], { write: "0x1" }, []]);
  assertEquals(read("--write", "a", "-w", "b"), [[], { write: "b" }, []]);
});

Deno.test("switches are given alone or combined, and take no value", () => {
  assertEquals(read("-js"), [[], {}, ["json", "secrets"]]);
  assertEquals(read("--json", "true"), [["true"], {}, ["json"]]);
  assertThrows(() => read("--json=true"), UsageError, 'Option "--json" takes no value');
  assertThrows(() => read("--no-json"), UsageError, 'Unknown option "--no-json"');
});

Deno.test("arguments that are not options are positional, and so is everything after --", () => {
  assertEquals(read("-", "007"), [["-", "007"], {}, []]);
  assertEquals(read("a", "--json", "b"), [["a", "b"], {}, ["json"]]);
  assertEquals(read("--", "--json", "--"), [["--json", "--"], {}, []]);
  assertThrows(() => read("a", "b", "c"), UsageError, 'Unexpected argument "c"');
});

Deno.test("missing values, unknown options and inherited property names are refused", () => {
  for (const args of [["--write"], ["--write="], ["-w"], ["--write", "--json"], ["-w", "-j"]]) {
    assertThrows(() => read(...args), UsageError, 'Option "--write" needs a value: --write FILE');
  }
  assertThrows(() => read("--side", "cusomer"), UsageError, 'did you mean "customer"?');
  for (
    const name of ["--toString", "--__proto__", "--constructor=x", "-_", "--json.x", "---json"]
  ) {
    assertThrows(() => read(name), UsageError, "Unknown option");
  }
});

Deno.test("every command either parses arbitrary arguments or throws a UsageError", () => {
  const words = COMMANDS.flatMap(({ options }) => options).flatMap(({ name, alias = "x" }) => [
    `--${name}`,
    `--${name}=1`,
    `-${alias}`,
  ]);
  const word = fc.oneof(fc.constantFrom("-", "--", "-=", "--=", "", ...words), fc.string());
  fc.assert(fc.property(fc.constantFrom(...COMMANDS), fc.array(word), (command, args) => {
    try {
      const { positionals, values, switches } = readArguments(args, command);
      const isList = command.positionals.at(-1)?.endsWith("...") ?? false;
      assertEquals(isList || positionals.length <= command.positionals.length, true);
      for (const name of [...values.keys(), ...switches]) {
        assertEquals(command.options.some((option) => option.name === name), true);
      }
      assertEquals([...values.values()].includes(""), false);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
    }
  }));
});

Deno.test("P6: the program parses arguments without a package", async () => {
  for (const file of ["arguments", "run", "mod"]) {
    const text = await Deno.readTextFile(new URL(`../../src/cli/${file}.ts`, import.meta.url));
    assertEquals(text.includes("parse-args"), false);
  }
});
