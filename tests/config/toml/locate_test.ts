import { assertEquals } from "@std/assert";
import { lineOf, locateKeys } from "../../../src/config/toml/locate.ts";

const SOURCE = `# a = 1
top = """
[not.a.table]
x = 1
""" # "
list = [ # [
  "]",
]
a.b = 1
[ "quoted" . name ]
key = { inline = '[' }
[[clients]]
name = 1
[[clients]]
name = 2
[clients.more]
deep = 3
`;

Deno.test("keys are located after strings, lists, comments and headers of all kinds", () => {
  assertEquals(Object.fromEntries(locateKeys(SOURCE)), {
    top: 2,
    list: 6,
    "a.b": 9,
    "quoted.name": 10,
    "quoted.name.key": 11,
    clients: 12,
    "clients[0]": 12,
    "clients[0].name": 13,
    "clients[1]": 14,
    "clients[1].name": 15,
    "clients[1].more": 16,
    "clients[1].more.deep": 17,
  });
});

Deno.test("a missing key is located at its nearest enclosing table", () => {
  const lines = locateKeys(SOURCE);
  assertEquals(lineOf("clients[1].secret_file", lines), 14);
  assertEquals(lineOf("quoted.name.key.inline", lines), 11);
  assertEquals(lineOf("tunnel.listen", lines), undefined);
});
