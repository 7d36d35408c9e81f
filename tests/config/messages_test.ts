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
