import { assert, assertEquals, assertThrows } from "@std/assert";
import { CLIENT_SAMPLE, SERVER_SAMPLE } from "../../packaging/man/samples.ts";
import { compareConfigs, mergeConfigs } from "../../src/config/diff.ts";
import { clientSchema, serverSchema } from "../../src/config/schema.ts";
import { keyPaths } from "../../src/config/table.ts";
import { parseConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/types.ts";

const SERVER = `${SERVER_SAMPLE.replaceAll("branch-1", "north")}[[clients]]
name = "south"
secret_file = "south.secret"
`;
const CLIENT = CLIENT_SAMPLE.replaceAll("branch-1", "north");

const parse = (source: string): Config => parseConfig(source, "/etc/pppoe-proxy/site.toml");

/** The changes made by replacing a text in a configuration, as `live` and `restart` keys. */
function changed(source: string, from: string, to: string): { live: string[]; restart: string[] } {
  assert(source.includes(from));
  const { live, restart } = compareConfigs(parse(source), parse(source.replace(from, to)));
  const show = ({ key, change }: { key: string; change: string }) => `${change} ${key}`;
  return { live: live.map(show), restart: restart.map(show) };
}

Deno.test("configurations that differ only in spelling and order are equal", () => {
  const reordered = SERVER.replaceAll("north", "x").replaceAll("south", "north")
    .replaceAll("x", "south").replace("[tunnel]", "[limits]\nsessions = 10_000\n[tunnel]");
  const { live, restart } = compareConfigs(parse(SERVER), parse(reordered));
  assertEquals([live, restart], [[], []]);
});

Deno.test("clients are compared by name", () => {
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

Deno.test("I2: replacing or adding a pinned certificate is live", () => {
  assertEquals(changed(CLIENT, '"server.crt"', '"new.crt"'), {
    live: ["changed tunnel.server_certificate"],
    restart: [],
  });
  assertEquals(changed(CLIENT, '"server.crt"', '["server.crt", "new.crt"]'), {
    live: ["changed tunnel.server_certificate"],
    restart: [],
  });
});

Deno.test("a different mode is a single change, and nothing is applied", () => {
  const inUse = parse(SERVER);
  assertEquals(compareConfigs(inUse, parse(CLIENT)), {
    live: [],
    restart: [{ key: "mode", change: "changed" }],
  });
  assertEquals(mergeConfigs(inUse, parse(CLIENT)), inUse);
});

Deno.test("a merge has only the live changes, and does not change the running configuration", () => {
  const inUse = parse(SERVER);
  const before = structuredClone(inUse);
  const next = SERVER.replace("8443", "9443").replace(
    "[tunnel]",
    '[limits]\nsessions = 7\n[log.topics]\nlink = "debug"\n[tunnel]',
  ).replace(/\[\[clients\]\]\nname = "south"\nsecret_file.*\n/, "");
  const merged = mergeConfigs(inUse, parse(next)) as Extract<Config, { mode: "server" }>;
  assertEquals(inUse, before);
  assertEquals([merged.limits.sessions, merged.log.topics], [7, { link: "debug" }]);
  assertEquals([merged.clients.length, merged.tunnel.listen[0].port], [1, 8443]);
  assertThrows(() => merged.clients.pop(), TypeError);
  const left = compareConfigs(merged, parse(next));
  assertEquals([left.live, left.restart.map(({ key }) => key)], [[], ["tunnel.listen"]]);
});

/** Returns a different value of the same type. */
function another(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  if (Array.isArray(value)) return [...value, "another"];
  return "another";
}

/** Returns a configuration with another value at this path; in lists, of the first member. */
function withAnother(config: Config, path: string): Config {
  const changed = structuredClone(config);
  const keys = path.split(".").map((key) =>
    key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  );
  const last = keys.pop() ?? "";
  let table = changed as unknown as Record<string, unknown>;
  for (const key of keys) {
    const next = table[key.replace("[]", "")];
    table = (Array.isArray(next) ? next[0] : next) as Record<string, unknown>;
  }
  table[last] = another(table[last]);
  return changed;
}

for (
  const [source, schema] of [[SERVER, serverSchema()], [CLIENT, clientSchema()]] as const
) {
  const config = parse(source);
  Deno.test(`every key of a ${config.mode} is applied by a reload or reported as needing a restart`, () => {
    const all = [...keyPaths(schema)];
    const isTable = (path: string) =>
      all.some((other) => /^[.[]/.test(other.slice(path.length)) && other.startsWith(path));
    const paths = all.filter((path) => path !== "mode" && !isTable(path));
    assert(paths.length > 35);
    for (const path of paths) {
      const next = withAnother(config, path);
      const { live, restart } = compareConfigs(config, next);
      assert(live.length + restart.length > 0, path);
      assert(live.length === 0 || restart.length === 0, path);
      assertEquals([path, mergeConfigs(config, next)], [path, live.length > 0 ? next : config]);
    }
  });
}
