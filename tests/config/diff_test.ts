import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { adoptConfig, compareConfigs, mergeConfigs } from "../../src/config/diff.ts";
import { parseConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/types.ts";

const SERVER = `mode = "server"
[interface]
name = "wan0"
[tunnel]
listen = "192.0.2.2:8443"
certificate = "server.crt"
key = "server.key"
[[clients]]
name = "north"
secret_file = "north.secret"
[[clients]]
name = "south"
secret_file = "south.secret"
`;
const CLIENT = `mode = "client"
[interface]
name = "lan0"
[tunnel]
connect = ["192.0.2.2:8443"]
server_certificate = "server.crt"
name = "north"
secret_file = "north.secret"
`;

const parse = (source: string): Config => parseConfig(source, "/etc/pppoe-proxy/site.toml");

/** What replacing text of a configuration changes, as `live` and `restart` keys. */
function changed(source: string, from: string, to: string): { live: string[]; restart: string[] } {
  assert(source.includes(from));
  const { live, restart } = compareConfigs(parse(source), parse(source.replace(from, to)));
  const show = ({ key, change }: { key: string; change: string }) => `${change} ${key}`;
  return { live: live.map(show), restart: restart.map(show) };
}

Deno.test("equal configurations do not differ, also with other spelling and order", () => {
  const reordered = SERVER.replaceAll("north", "x").replaceAll("south", "north")
    .replaceAll("x", "south").replace("[tunnel]", "[limits]\nsessions = 10_000\n[tunnel]");
  const { live, restart } = compareConfigs(parse(SERVER), parse(reordered));
  assertEquals([live, restart], [[], []]);
});

Deno.test("clients are told apart by name", () => {
  assertEquals(changed(SERVER, 'name = "south"', 'name = "west"'), {
    live: ['removed clients."south"', 'added clients."west"'],
    restart: [],
  });
  assertEquals(changed(SERVER, '"south.secret"', '"south.secret"\nsessions = 3'), {
    live: ['added clients."south".sessions'],
    restart: [],
  });
});

Deno.test("timings, limits and files are live; interface, addresses and transport are not", () => {
  const more = `[interface]
mac = "transparent"`;
  assertEquals(changed(SERVER, "[interface]", more).restart, ["changed interface.mac"]);
  const settings = 'transport = "quic"\nshutdown_grace = "1s"\n[tunnel.keepalive]\ninterval = "1s"';
  assertEquals(changed(SERVER, "[[clients]]", `${settings}\n[[clients]]`), {
    live: ["changed tunnel.shutdown_grace", "changed tunnel.keepalive.interval"],
    restart: ["changed tunnel.transport"],
  });
  assertEquals(changed(SERVER, '"server.key"', '"other.key"').live, ["changed tunnel.key"]);
  assertEquals(changed(CLIENT, ":8443", ":8444").restart, ["changed tunnel.connect"]);
  assertEquals(changed(CLIENT, 'name = "north"', 'name = "x"').restart, ["changed tunnel.name"]);
  assertEquals(changed(SERVER, "[tunnel]", '[discovery]\ntimeout = "9s"\n[tunnel]').live, [
    "changed discovery.timeout",
  ]);
});

Deno.test("I2: another certificate to pin and a further one are live", () => {
  assertEquals(changed(CLIENT, '"server.crt"', '"new.crt"'), {
    live: ["changed tunnel.server_certificate"],
    restart: [],
  });
  assertEquals(changed(CLIENT, '"server.crt"', '["server.crt", "new.crt"]'), {
    live: ["changed tunnel.server_certificate"],
    restart: [],
  });
});

Deno.test("another mode is one change, and nothing is taken over", () => {
  const inUse = parse(SERVER);
  assertEquals(compareConfigs(inUse, parse(CLIENT)), {
    live: [],
    restart: [{ key: "mode", change: "changed" }],
  });
  assertEquals(mergeConfigs(inUse, parse(CLIENT)), inUse);
});

Deno.test("what is merged has the live changes alone, and is adopted by the tables that are held", () => {
  const inUse = parse(SERVER);
  const { limits, clients, tunnel } = inUse as Extract<Config, { mode: "server" }>;
  const next = SERVER.replace("8443", "9443").replace(
    "[tunnel]",
    '[limits]\nsessions = 7\n[log.topics]\nlink = "debug"\n[tunnel]',
  ).replace(/\[\[clients\]\]\nname = "south"\nsecret_file.*\n/, "");
  const merged = mergeConfigs(inUse, parse(next));
  assertEquals(inUse.limits.sessions, 10_000);
  assertEquals(clients.length, 2);
  adoptConfig(inUse, merged);
  assertEquals(inUse, merged);
  assertStrictEquals(inUse.limits, limits);
  assertEquals(limits.sessions, 7);
  assertEquals(inUse.log.topics, { link: "debug" });
  assertEquals(inUse.mode === "server" && inUse.clients.length, 1);
  assertEquals(tunnel.listen[0].port, 8443);
  const left = compareConfigs(inUse, parse(next));
  assertEquals([left.live, left.restart.map(({ key }) => key)], [[], ["tunnel.listen"]]);
});
