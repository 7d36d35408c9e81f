import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parse } from "@std/toml";
import fc from "fast-check";
import { exampleEntries } from "../../../packaging/man/example_file.ts";
import { ConfigError } from "../../../src/config/config_error.ts";
import { keyKinds } from "../../../src/config/environment/key_kinds.ts";
import { type Environment, variableOf } from "../../../src/config/environment/names.ts";
import { decidesTrust } from "../../../src/config/environment/trusted_keys.ts";
import { parseConfig } from "../../../src/config/load.ts";
import { LOG_TOPICS } from "../../../src/config/log_levels.ts";
import { clientSchema, serverSchema } from "../../../src/config/schema.ts";
import type { Config } from "../../../src/config/types.ts";

const FILE = "/etc/pppoe-proxy/pppoe-proxy.toml";
const EXAMPLE = await Deno.readTextFile(new URL("../../../config.example.toml", import.meta.url));
const SCHEMAS = { server: serverSchema(), client: clientSchema() };
const MODES = ["server", "client"] as const;
/** Values that the example has only as a comment, or not for every key. */
const MORE: Readonly<Record<string, string>> = Object.fromEntries(
  LOG_TOPICS.map((topic) => [`log.topics.${topic}`, '"debug"']),
);

/** A valid value of each key of a mode, as TOML. */
function samplesOf(mode: typeof MODES[number]): Map<string, string> {
  const { server, client } = exampleEntries(EXAMPLE);
  const found = new Map([...server, ...client].map(({ path, value }) => [path, value]));
  return new Map([...keyKinds(SCHEMAS[mode]).keys()].map((key) => {
    const value = key === "mode" ? `"${mode}"` : MORE[key] ?? found.get(key);
    if (value === undefined) throw new Error(`config.example.toml has no value of ${key}`);
    return [key, value];
  }));
}

/** Keys without which a configuration is refused, or whose values depend on others. */
const NEEDED =
  /^(?:mode|interface\.name|clients\[\]\.(?:name|secret_file)|tunnel\.(?:listen|certificate|key|connect|server_certificate|name|secret_file))$/;
/** Keys that are valid only with others. */
const TOGETHER = /^(?:admin\.|shards$)/;

/** The text of a variable for a value of TOML; lists in one of two forms. */
function variableText(toml: string, asToml: boolean): string {
  const value: unknown = parse(`x = ${toml}`).x;
  if (Array.isArray(value)) return asToml ? toml : value.join(", ");
  return String(value);
}

/** A configuration as a file and as variables. */
interface Pair {
  source: string;
  environment: Record<string, string>;
}

function pairOf(
  samples: ReadonlyMap<string, string>,
  keys: readonly string[],
  asToml: boolean,
): Pair {
  const lines = keys.map((key) => `${key.replace("[]", "")} = ${samples.get(key)}`);
  const top = lines.filter((line) => !line.startsWith("clients."));
  const listed = lines.filter((line) => line.startsWith("clients.")).map((line) =>
    line.slice("clients.".length)
  );
  const clients = listed.length === 0 ? [] : ["[[clients]]", ...listed];
  const environment = Object.fromEntries(keys.map((key) => [
    variableOf(key.replace("[]", "[0]")),
    variableText(samples.get(key) ?? "", asToml),
  ]));
  return { source: [...top, ...clients].join("\n"), environment };
}

for (const mode of MODES) {
  const samples = samplesOf(mode);
  const keys = [...samples.keys()];
  const choice = fc.record({
    further: fc.subarray(keys.filter((key) => !NEEDED.test(key) && !TOGETHER.test(key))),
    admin: fc.boolean(),
    asToml: fc.boolean(),
  }).map(({ further, admin, asToml }): [string[], boolean] => {
    const wanted = keys.filter((key) =>
      NEEDED.test(key) || further.includes(key) || admin && key.startsWith("admin.")
    );
    return [wanted, asToml];
  });

  Deno.test(`variables alone are the same ${mode} as a file with the same settings, for all keys`, () => {
    const seen = new Set<string>();
    fc.assert(fc.property(choice, ([wanted, asToml]) => {
      wanted.forEach((key) => seen.add(key));
      const { source, environment } = pairOf(samples, wanted, asToml);
      assertEquals<Config>(parseConfig(undefined, FILE, environment), parseConfig(source, FILE));
    }));
    assertEquals(keys.filter((key) => !seen.has(key) && key !== "shards"), []);
  });

  Deno.test(`beside a ${mode}'s file variables set any key but those that decide trust`, () => {
    const { source } = pairOf(samples, keys.filter((key) => NEEDED.test(key)), false);
    fc.assert(fc.property(choice, ([wanted, asToml]) => {
      const { environment } = pairOf(samples, wanted, asToml);
      const trusted = wanted.filter(decidesTrust);
      const error = assertThrows(() => parseConfig(source, FILE, environment), ConfigError);
      assertEquals(error.issues.map(({ code }) => code), trusted.map(() => "variable-refused"));
      for (const key of trusted) delete environment[variableOf(key.replace("[]", "[0]"))];
      const both = parseConfig(source, FILE, environment);
      const whole = pairOf(
        samples,
        wanted.filter((key) => NEEDED.test(key) || !decidesTrust(key)),
        false,
      );
      assertEquals<Config>(both, parseConfig(whole.source, FILE));
    }));
  });
}

Deno.test("every file that a configuration names, but for directories and sockets, decides trust", () => {
  const places = ["state_dir", "capture.directory"];
  for (const mode of MODES) {
    const samples = samplesOf(mode);
    const files = [...samples].filter(([key, value]) =>
      /_file|certificate|\.key$|[/]/.test(key + value)
    );
    const open = files.map(([key]) => key).filter((key) => !decidesTrust(key));
    assertEquals(open.filter((key) => !places.includes(key)), []);
  }
});

Deno.test("no two keys of both modes have the same variable", () => {
  const keys = [...new Set(MODES.flatMap((mode) => [...samplesOf(mode).keys()]))];
  const names = keys.map((key) => variableOf(key.replace("[]", "[0]")));
  assertEquals(new Set(names).size, keys.length);
  assertEquals(names.filter((name) => !/^PPPOE_PROXY_[A-Z0-9_]+$/.test(name)), []);
  assertEquals(names.includes("PPPOE_PROXY_CONFIG"), false);
});

const CLIENT: Environment = {
  PPPOE_PROXY_MODE: "client",
  PPPOE_PROXY_INTERFACE_NAME: "lan0",
  PPPOE_PROXY_TUNNEL_CONNECT: "192.0.2.2:8443,[2001:db8::2]:8443",
  PPPOE_PROXY_TUNNEL_SERVER_CERTIFICATE: "server.crt",
  PPPOE_PROXY_TUNNEL_NAME: "branch-1",
  PPPOE_PROXY_TUNNEL_SECRET_FILE: "/run/secrets/branch-1",
};

const FAULTS: [title: string, change: Record<string, string | undefined>, message: string][] = [
  [
    "an unknown variable suggests the nearest",
    { PPPOE_PROXY_TUNEL_NAME: "x" },
    'PPPOE_PROXY_TUNEL_NAME: Unknown variable; did you mean "PPPOE_PROXY_TUNNEL_NAME"?',
  ],
  [
    "a secret itself is refused without showing it",
    { PPPOE_PROXY_TUNNEL_SECRET: "ab".repeat(32) },
    'PPPOE_PROXY_TUNNEL_SECRET: Unknown variable; did you mean "PPPOE_PROXY_TUNNEL_SECRET_FILE", ' +
    "as a secret is in a file and not in the environment?",
  ],
  [
    "a secret in place of its file is refused without showing it",
    { PPPOE_PROXY_TUNNEL_SECRET_FILE: "ab".repeat(32) },
    "PPPOE_PROXY_TUNNEL_SECRET_FILE: tunnel.secret_file: This is a secret or a fingerprint itself",
  ],
  [
    "a value names its variable",
    { PPPOE_PROXY_LIMITS_SESSIONS: "many" },
    "PPPOE_PROXY_LIMITS_SESSIONS: limits.sessions: Expected a whole number from 1 to 65534",
  ],
  [
    "a flag is true or false",
    { PPPOE_PROXY_CAPTURE_SECRETS: "1" },
    "PPPOE_PROXY_CAPTURE_SECRETS: capture.secrets: Expected true or false",
  ],
  [
    "a missing setting names the variable to set",
    { PPPOE_PROXY_TUNNEL_NAME: undefined },
    "tunnel.name: Missing, and this key has no default; set PPPOE_PROXY_TUNNEL_NAME",
  ],
  [
    "without a mode it says which variable to set",
    { PPPOE_PROXY_MODE: undefined },
    "mode: Missing; set PPPOE_PROXY_MODE",
  ],
  [
    "a server without clients says which variables to set",
    {
      ...Object.fromEntries(Object.keys(CLIENT).map((name) => [name, undefined])),
      PPPOE_PROXY_MODE: "server",
      PPPOE_PROXY_INTERFACE_NAME: "wan0",
      PPPOE_PROXY_TUNNEL_LISTEN: "0.0.0.0:8443",
      PPPOE_PROXY_TUNNEL_CERTIFICATE: "server.crt",
      PPPOE_PROXY_TUNNEL_KEY: "server.key",
    },
    "set PPPOE_PROXY_CLIENTS_0_NAME and PPPOE_PROXY_CLIENTS_0_SECRET_FILE",
  ],
  [
    "a key of the other mode is refused",
    { PPPOE_PROXY_TUNNEL_LISTEN: "0.0.0.0:8443" },
    'PPPOE_PROXY_TUNNEL_LISTEN: tunnel.listen: Key "listen" is for mode "server" only',
  ],
  [
    "a list is one value and no further setting",
    { PPPOE_PROXY_TUNNEL_CONNECT: '["192.0.2.2:8443"]\nmode = "server"' },
    "PPPOE_PROXY_TUNNEL_CONNECT: tunnel.connect: A list is on one line",
  ],
  [
    "what follows a list is refused",
    { PPPOE_PROXY_TUNNEL_CONNECT: '["192.0.2.2:8443"] x' },
    "PPPOE_PROXY_TUNNEL_CONNECT: tunnel.connect: ",
  ],
  [
    "tables are numbered without gaps",
    { PPPOE_PROXY_CLIENTS_7_NAME: "x" },
    'PPPOE_PROXY_CLIENTS_7_NAME: clients[7].name: Tables of "clients" are numbered from 0 without gaps',
  ],
];

for (const [title, change, message] of FAULTS) {
  Deno.test(`variables: ${title}`, () => {
    const environment: Record<string, string> = { ...CLIENT };
    for (const [name, value] of Object.entries(change)) {
      if (value === undefined) delete environment[name];
      else environment[name] = value;
    }
    const error = assertThrows(() => parseConfig(undefined, FILE, environment), ConfigError);
    assertStringIncludes(error.message, message);
    assertEquals(error.message.includes("ab".repeat(16)), false);
  });
}

Deno.test("variables of other programs, and the one that names the file, set nothing", () => {
  const config = parseConfig(undefined, FILE, { ...CLIENT, PPPOE_PROXY_CONFIG: "/x", PPPOE: "y" });
  assertEquals([config.mode, config.file], ["client", FILE]);
});

Deno.test("a line of the file that is wrong keeps its line, and a variable over it its name", () => {
  const source = 'mode = "client"\n[limits]\nsessions = 0\npadi_rate = 0\n';
  const environment = { PPPOE_PROXY_LIMITS_SESSIONS: "-1" };
  const { message } = assertThrows(() => parseConfig(source, FILE, environment), ConfigError);
  assertStringIncludes(message, `${FILE}:4: limits.padi_rate: `);
  assertStringIncludes(message, "PPPOE_PROXY_LIMITS_SESSIONS: limits.sessions: ");
  assertEquals(message.includes(`${FILE}:3: `), false);
});
