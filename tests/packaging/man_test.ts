import { assertEquals, assertStringIncludes } from "@std/assert";
import { manualPages } from "../../packaging/man/pages.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { clientSchema, serverSchema } from "../../src/config/schema.ts";
import { keyPaths } from "../../src/config/table.ts";
import { needing } from "../needs.ts";

const FOLDER = new URL("../../packaging/man/", import.meta.url).pathname;
const pages = await manualPages();
const PAGES = ["pppoe-proxy.8", "pppoe-proxy.toml.5", "pppoe-proxy-protocol.7"];

/** The output of a program for a page; fails if the program warns. */
async function shown(program: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    env: { LC_ALL: "C.UTF-8", MANWIDTH: "80", MANPAGER: "cat", MANROFFOPT: "-c", PAGER: "cat" },
  }).output();
  const decoder = new TextDecoder();
  assertEquals([success, decoder.decode(stderr)], [true, ""]);
  return decoder.decode(stdout);
}

/** Lines of a page's source that start in bold, as entries do. */
function entries(source: string): string[] {
  return source.split("\n").filter((line) => line.startsWith("\\fB")).map((line) =>
    line.replace(/\\f[BR]/g, "").replaceAll("\\-", "-")
  );
}

Deno.test("the manual pages are up to date with `deno task man`", async () => {
  assertEquals([...pages.keys()], PAGES);
  for (const [name, text] of pages) {
    const written = await Deno.readTextFile(FOLDER + name);
    if (written !== text) {
      throw new Error(`"packaging/man/${name}" is out of date: run \`deno task man\``);
    }
  }
});

Deno.test("pppoe-proxy(8) has every command with every option", () => {
  const parts = (pages.get("pppoe-proxy.8") ?? "").split(/^\.SS /m);
  for (const { name, options } of COMMANDS) {
    const part = parts.find((text) => text.startsWith(`"${name}"`)) ?? "";
    assertStringIncludes(part.replaceAll("\\-", "-"), `pppoe-proxy ${name}`);
    const flags = entries(part).map((line) => /--[\w-]+/.exec(line)?.[0]);
    assertEquals(flags.filter((flag) => flag !== undefined), options.map((it) => `--${it.name}`));
  }
});

Deno.test("docs/operations.md has every command", async () => {
  const text = await Deno.readTextFile(new URL("../../docs/operations.md", import.meta.url));
  for (const { name } of COMMANDS) assertStringIncludes(text, `\`${name}\``);
});

Deno.test("pppoe-proxy.toml(5) has every key of both modes in its table", () => {
  const page = pages.get("pppoe-proxy.toml.5") ?? "";
  const found = page.split(/^\.SH /m).flatMap((part) => {
    const [, array, table] = /^"(\[?)\[([\w.]+)\]/.exec(part) ?? [];
    const prefix = table === undefined ? "" : `${table}${array === "" ? "" : "[]"}.`;
    return entries(part).map((key) => prefix + key);
  });
  const paths = [...keyPaths(serverSchema()), ...keyPaths(clientSchema())];
  const tables = paths.filter((path) =>
    paths.some((other) => other.startsWith(`${path}.`) || other.startsWith(`${path}[].`))
  );
  const keys = new Set(paths.filter((path) => !tables.includes(path)));
  assertEquals(found.toSorted(), [...keys].toSorted());
});

for (const name of PAGES) {
  Deno.test(needing(["man", "groff"], {
    name: `man and groff render ${name} without warnings`,
    fn: async () => {
      const text = await shown("man", ["--warnings", "-l", FOLDER + name]);
      assertStringIncludes(text, "NAME");
      assertStringIncludes(text, "SEE ALSO");
      await shown("groff", ["-ww", "-z", "-t", "-K", "utf8", "-Tutf8", "-man", FOLDER + name]);
      await shown("groff", ["-ww", "-z", "-t", "-K", "utf8", "-Tascii", "-man", FOLDER + name]);
    },
  }));
}
