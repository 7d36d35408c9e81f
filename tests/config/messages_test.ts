import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { SERVER_SAMPLE } from "../../packaging/man/samples.ts";
import { ConfigError } from "../../src/config/config_error.ts";
import { loadConfig, parseConfig } from "../../src/config/load.ts";
import { withFolder } from "../cli/process.ts";

/** The messages for a configuration, one per line without the file's name. */
function said(source: string): string[] {
  const error = assertThrows(() => parseConfig(source, "/x.toml"), ConfigError);
  return error.message.replaceAll("/x.toml", "").split("\n");
}

Deno.test("the configuration that the cases below change is valid, also with CRLF and a BOM", () => {
  parseConfig(SERVER_SAMPLE, "/x.toml");
  parseConfig(
    `\ufeff${SERVER_SAMPLE.replaceAll("\n", "\r\n").replaceAll(" = ", "\t=\t")}`,
    "/x.toml",
  );
});

Deno.test("P8: a list of tables and a table of the same name are one mistake, in either order", () => {
  const second = '[clients]\nname = "b"\nsecret_file = "b.secret"\n';
  assertEquals(said(`${SERVER_SAMPLE}${second}`), [
    ":11: clients: This is [[clients]] on line 8; write [[clients]] here too",
  ]);
  const [list, table] = [
    `[${second.replace("]", "]]")}`,
    SERVER_SAMPLE.replace("[[clients]]", "[clients]"),
  ];
  assertEquals(said(`${table}${list}`), [
    ":11: clients: This is [clients] on line 8; if there are several, write [[clients]] each time",
  ]);
  assertEquals(said(SERVER_SAMPLE.replace('mode = "server"\n', 'mode = "server"\ntunnel = 1\n')), [
    ":5: tunnel: Already defined on line 2; remove one of the two",
  ]);
});

Deno.test("P8: a mode in the last table is reported as belonging above the first table", () => {
  const source = SERVER_SAMPLE.replace('mode = "server"\n', "") + 'mode = "server"\n';
  assertEquals(said(source), [
    ':10: clients[0].mode: Key "mode" belongs above the first table: keys after a [table] are part of it; move it to the start of the file',
  ]);
  assertEquals(said(""), [": The file has no settings; write it as in config.example.toml"]);
  assertEquals(said("# only\n\n"), [
    ": The file has no settings; write it as in config.example.toml",
  ]);
});

Deno.test("P7: an error in one of several inline tables is reported on its line", () => {
  const inline = SERVER_SAMPLE.slice(0, SERVER_SAMPLE.indexOf("[interface]")) +
    `clients = [{ name = "a", secret_file = "a" },\n  { name = "b", secret_file = 7 },\n` +
    `  { name = "c", sessions = 1 },\n  { name = "a", secret_file = "d", colour = 1 }]\n` +
    SERVER_SAMPLE.slice(SERVER_SAMPLE.indexOf("[interface]"), SERVER_SAMPLE.indexOf("[[clients]]"));
  assertEquals(
    said(inline),
    [
      ":3: clients[1].secret_file: Expected a file path, or a list of up to 4, not 7",
      ":4: clients[2].secret_file: Missing, and this key has no default; add it as in config.example.toml",
      ':5: clients[3].colour: Unknown key "colour"; remove it',
      ':5: clients[3].name: Client "a" is already defined as clients[0]; give each client its own name',
    ].sort(),
  );
});

Deno.test("P8: a file with any number of unknown keys has a bounded number of messages", () => {
  const tables = Array.from({ length: 20_000 }, (_, i) => `[t${i}]\n`).join("");
  const words = said(`${SERVER_SAMPLE}${tables}`);
  assertEquals(words.length, 50);
  assertEquals(words[49], ':60: t49: Unknown key "t49"; remove it');
});

Deno.test("P8: no message quotes a long value or key whole", () => {
  const long = "x".repeat(1_000_000);
  for (
    const source of [
      SERVER_SAMPLE.replace('"wan0"', `"${long}"`),
      SERVER_SAMPLE.replace('mode = "server"', `mode = "${long}"`),
      SERVER_SAMPLE.replace("name =", `${long} = 1\nname =`),
      SERVER_SAMPLE.replace(/listen = .*/, `listen = "${long}:1"`),
      SERVER_SAMPLE.replace(/listen = .*/, `listen = ["${long}", 1]`),
    ]
  ) {
    const words = said(source);
    assertEquals(
      words.map((line) => line.length < 1500),
      words.map(() => true),
      source.slice(0, 80),
    );
  }
});

Deno.test("P8: a letter or sign that only looks like ASCII is named", () => {
  const cyrillic = 'After "m" the name has the character U+043E, which may look like another or ' +
    "like nothing; write the name again, in letters of ASCII";
  assertEquals(said(SERVER_SAMPLE.replace("mode", "m\u043ede")), [`:1: ${cyrillic}`]);
  const [invisible] = said(SERVER_SAMPLE.replace("mode", "\u200bmode"));
  assertStringIncludes(invisible, ":1: A name starts with the character U+200B");
  const [umlaut] = said(SERVER_SAMPLE.replace("[interface]", "[interf\u00e4ce]"));
  assertStringIncludes(umlaut, ":2: ");
});

Deno.test("P8: a name that the kernel cannot give an interface is refused", () => {
  for (const name of ["wan0\\u0000x", ".", "..", "a/b", "a b", "a:b"]) {
    const [words] = said(SERVER_SAMPLE.replace('"wan0"', `"${name}"`));
    assertStringIncludes(words, "interface.name: Expected an interface name", name);
  }
});

Deno.test("P8: binary, oversized and empty files and directories are refused with the reason", () =>
  withFolder(async (folder) => {
    const load = (content: Uint8Array | string) => async () => {
      if (typeof content === "string") await Deno.writeTextFile(`${folder}/x.toml`, content);
      else await Deno.writeFile(`${folder}/x.toml`, content);
      return await loadConfig(`${folder}/x.toml`);
    };
    const cases: [Uint8Array | string, string][] = [
      [Uint8Array.from([0x61, 0x3d, 0xff, 0xfe]), "it is not UTF-8"],
      [SERVER_SAMPLE.split("").join("\0"), "control character (U+0000)"],
      [Uint8Array.from([0xff, 0xfe, 0x6d, 0x00]), "it is UTF-16, as Windows programs write"],
      [`# ${"x".repeat(10_000_000)}\n`, "it has more than 4194304 bytes"],
      ["", "The file has no settings"],
    ];
    for (const [content, words] of cases) {
      const error = await assertRejects(load(content), ConfigError);
      assertStringIncludes(error.message, words);
    }
    const error = await assertRejects(() => loadConfig(folder), ConfigError);
    assertStringIncludes(error.message, "it is a directory; name the file in it");
  }));
