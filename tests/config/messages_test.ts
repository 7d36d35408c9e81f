import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/config/config_error.ts";
import { loadConfig, parseConfig } from "../../src/config/load.ts";
import { withFolder } from "../cli/process.ts";

const SERVER = `mode = "server"
[interface]
name = "wan0"
[tunnel]
listen = "192.0.2.2:8443"
certificate = "server.crt"
key = "server.key"
[[clients]]
name = "branch-1"
secret_file = "branch-1.secret"
`;

/** The messages for a configuration, one per line without the file's name. */
function said(source: string): string[] {
  const error = assertThrows(() => parseConfig(source, "/x.toml"), ConfigError);
  return error.message.replaceAll("/x.toml", "").split("\n");
}

Deno.test("the configuration that the cases below change is valid, also with CRLF and a BOM", () => {
  parseConfig(SERVER, "/x.toml");
  parseConfig(`\ufeff${SERVER.replaceAll("\n", "\r\n").replaceAll(" = ", "\t=\t")}`, "/x.toml");
});

Deno.test("P8: one mistake gives one line that says what to do", () => {
  const cases: [from: string, to: string, says: string][] = [
    ["mode =", "mdoe =", ':1: mdoe: Unknown key "mdoe"; did you mean "mode"?'],
    ["\nname", "\nnmae", ':3: interface.nmae: Unknown key "nmae"; did you mean "name"?'],
    ["[tunnel]", "[tunel]", ':4: tunel: Unknown key "tunel"; did you mean "tunnel"?'],
    [
      "[[clients]]",
      "[clients]",
      ":8: clients: Write [[clients]] with two brackets on each side: this table can be repeated",
    ],
    [
      "[interface]",
      "[[interface]]",
      ":2: interface: Write [interface] with one bracket on each side: this table cannot be repeated",
    ],
    [
      'branch-1.secret"\n',
      'branch-1.secret"\nstate_dir = "/s"\n',
      ':11: clients[0].state_dir: Key "state_dir" belongs above the first table: keys after a [table] are part of it',
    ],
    [
      'name = "wan0"',
      'name = "wan0\n',
      ':3: Cannot parse TOML: A quotation mark is missing: the text that starts with " on this line does not end on it',
    ],
    ['"wan0"', "wan0", ':3: Cannot parse TOML: Text needs quotation marks: write "wan0"'],
    [
      '"wan0"',
      '"wan0"\nring_frames = "4096"',
      ':4: interface.ring_frames: Expected a power of two from 64 to 65536, not "4096"; remove the quotation marks',
    ],
    [
      "[[clients]]",
      '[capture]\nsecrets = "true"\n[[clients]]',
      ':9: capture.secrets: Expected true or false, not "true"; remove the quotation marks',
    ],
    [
      "[[clients]]",
      '[admin]\nhosts = "x.example"\n[[clients]]',
      ':9: admin.hosts: Expected a list of names in [ ], not "x.example"',
    ],
    [
      "[[clients]]",
      '[sessions]\nresume_grace = "30 seconds"\n[[clients]]',
      ':9: sessions.resume_grace: Expected a duration from "1s" to "1h" or "0s" to disable, such as "30s" or "500ms", not "30 seconds"; use a whole number and one of the units ms, s, m, h and d',
    ],
    [
      "[[clients]]",
      '[capture]\nfile_size = "64MB"\n[[clients]]',
      ':9: capture.file_size: Expected a size from "64KiB" to "16GiB", such as "10MiB", not "64MB"; use a whole number and one of the units B, KiB, MiB and GiB',
    ],
    [
      'key = "server.key"',
      'key = "server.key"\nidle_timeout = "5m"',
      ':8: tunnel.idle_timeout: Key "idle_timeout" belongs in [sessions]; move it there',
    ],
    [
      'key = "server.key"',
      'key = "server.key"\nsecret_file = "x"',
      ':8: tunnel.secret_file: Key "secret_file" is for mode "client" only; remove it',
    ],
    [
      '"wan0"',
      '"wan0"\nsecret_file = "x"',
      ':4: interface.secret_file: Key "secret_file" belongs in [[clients]]; move it there',
    ],
    [
      '"wan0"',
      '"wan0"\nbase = "1s"',
      ':4: interface.base: Key "base" is for mode "client" only; remove it',
    ],
    [
      '"wan0"',
      '"wan0"\nname = "wan1"',
      ":4: interface.name: Already defined on line 3; remove one",
    ],
    [
      "[tunnel]",
      "[tunnel]\n[interface]",
      ":5: interface: Table [interface] is already defined on line 2; put all its keys there",
    ],
    [
      '[interface]\nname = "wan0"\n',
      "",
      ": interface: Missing; this key has no default; add a table [interface]",
    ],
  ];
  for (const [from, to, says] of cases) {
    assertEquals(SERVER.includes(from), true, from);
    assertEquals(said(SERVER.replace(from, to)), [says]);
  }
});

Deno.test("P8: a list of tables and a table of the same name are one mistake, in either order", () => {
  const second = '[clients]\nname = "b"\nsecret_file = "b.secret"\n';
  assertEquals(said(`${SERVER}${second}`), [
    ":11: clients: Defined as [[clients]] on line 8; write [[clients]] here too",
  ]);
  const [list, table] = [
    `[${second.replace("]", "]]")}`,
    SERVER.replace("[[clients]]", "[clients]"),
  ];
  assertEquals(said(`${table}${list}`), [
    ":11: clients: Defined as [clients] on line 8; if there are several, write [[clients]] each time",
  ]);
  assertEquals(said(SERVER.replace('mode = "server"\n', 'mode = "server"\ntunnel = 1\n')), [
    ":5: tunnel: Already defined as a value on line 2; remove one",
  ]);
});

Deno.test("P8: a mode in the last table is reported as belonging above the first table", () => {
  const source = SERVER.replace('mode = "server"\n', "") + 'mode = "server"\n';
  assertEquals(said(source), [
    ':10: clients[0].mode: Key "mode" belongs above the first table: keys after a [table] are part of it',
  ]);
  assertEquals(said(""), [": The file is empty; see config.example.toml"]);
  assertEquals(said("# only\n\n"), [": The file is empty; see config.example.toml"]);
});

Deno.test("P7: an error in one of several inline tables is reported on its line", () => {
  const inline = SERVER.slice(0, SERVER.indexOf("[interface]")) +
    `clients = [{ name = "a", secret_file = "a" },\n  { name = "b", secret_file = 7 },\n` +
    `  { name = "c", sessions = 1 },\n  { name = "a", secret_file = "d", colour = 1 }]\n` +
    SERVER.slice(SERVER.indexOf("[interface]"), SERVER.indexOf("[[clients]]"));
  assertEquals(
    said(inline),
    [
      ":3: clients[1].secret_file: Expected a file path, or a list of up to 4, not 7",
      ":4: clients[2].secret_file: Missing; this key has no default",
      ':5: clients[3].colour: Unknown key "colour"',
      ':5: clients[3].name: Client "a" is already defined as clients[0]; names must be unique',
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
      [SERVER.split("").join("\0"), "control character (U+0000)"],
      [`# ${"x".repeat(10_000_000)}\n`, "it has more than 4194304 bytes"],
      ["", "The file is empty"],
    ];
    for (const [content, words] of cases) {
      const error = await assertRejects(load(content), ConfigError);
      assertStringIncludes(error.message, words);
    }
    const error = await assertRejects(() => loadConfig(folder), ConfigError);
    assertStringIncludes(error.message, "it is a directory; name the file in it");
  }));
