import { assertEquals } from "@std/assert";
import { parseConfig } from "../../src/config/load.ts";
import { locateKeys } from "../../src/config/toml/locate.ts";
import { clientSchema, serverSchema } from "../../src/config/schema.ts";
import { keyPaths } from "../../src/config/table.ts";
import { LOG_TOPICS } from "../../src/config/log_levels.ts";

const FILE = new URL("../../config.example.toml", import.meta.url).pathname;
const source = await Deno.readTextFile(FILE);

/** The client's part, without the prefix `#: `. */
const client = source.split("\n").filter((line) => line.startsWith("#: ")).map((line) =>
  line.slice(3)
).join("\n");

/** The example with the settings of [admin] and [capture] that have no fixed default. */
const withAdmin = source.replace(
  /^# ((?:socket|read_socket|read_group|listen|token_file|read_token_file|directory|client|mac|session_id|side) =)/gm,
  "$1",
);

function missing(known: Set<string>, text: string): string[] {
  const there = [...locateKeys(text).keys()].map((path) => path.replaceAll(/\[\d+\]/g, "[]"));
  return [...known].filter((path) => !there.includes(path));
}

Deno.test("the example is a valid server configuration with all keys of that mode", () => {
  assertEquals(parseConfig(source, FILE).mode, "server");
  assertEquals(missing(keyPaths(serverSchema()), withAdmin), []);
  assertEquals(parseConfig(withAdmin, FILE).admin.socket, "/run/pppoe-proxy/server.sock");
});

Deno.test("the example's values are the defaults where there are defaults", () => {
  const minimal =
    `mode = "server"\nstate_dir = "/var/lib/pppoe-proxy"\n[interface]\nname = "wan0"\n[tunnel]
    listen = "192.0.2.2:8443"\ncertificate = "server.crt"\nkey = "server.key"
    [[clients]]\nname = "branch-1"\nsecret_file = "branch-1.secret"\nsessions = 100
    [log.topics]\n${LOG_TOPICS.map((topic) => `${topic} = "info"`).join("\n")}`;
  assertEquals(parseConfig(source, FILE), parseConfig(minimal, FILE));
});

/** The client's part with the settings that have no default. */
const clientWithRoute = client.replace(/^# ((?:bind_interface|mark) =)/gm, "$1");

Deno.test("the example's client part, uncommented, is a valid client configuration", () => {
  for (const text of [client, clientWithRoute]) {
    assertEquals(parseConfig(text, FILE).mode, "client");
  }
});

Deno.test("every key of client mode is in one of the example's parts", () => {
  const own = missing(keyPaths(clientSchema()), clientWithRoute);
  assertEquals(missing(new Set(own), withAdmin), []);
});
