/** TOML text through the configuration parser. */
import { parse, stringify } from "@std/toml";
import { ConfigError } from "../../../src/config/config_error.ts";
import { parseConfig } from "../../../src/config/load.ts";
import { clientSchema, serverSchema } from "../../../src/config/schema.ts";
import { keyPaths } from "../../../src/config/table.ts";
import type { Config } from "../../../src/config/types.ts";
import type { Random } from "../random.ts";
import { must, mustBePrintable, type Target, utf8 } from "../target.ts";

const FILE = "/etc/pppoe-proxy/site.toml";

const KEYS = [...keyPaths(serverSchema()), ...keyPaths(clientSchema())].map((path) =>
  path.replace("[]", "")
);
const LAST_KEYS = [...new Set(KEYS.map((path) => path.replace(/^.*\./, "")))];
/** Property names that every JavaScript object has. */
const INHERITED = ["__proto__", "constructor", "toString", "valueOf", "toJSON", "hasOwnProperty"];

const VALUES = [
  '"server"',
  '"client"',
  '"own"',
  '"quic"',
  '"192.0.2.2:8443"',
  '["[2001:db8::1]:8443", "proxy.example:1"]',
  '"fixed:00ff"',
  '"30s"',
  '"99999999999999d"',
  '""',
  '"a\\nb\\u001b[31m\\u202e"',
  "'''\nlines\n'''",
  "0",
  "-1",
  "65535",
  "9007199254740993",
  "1e400",
  "nan",
  "0x8863",
  "[0x8863, 0x8864]",
  "[]",
  "{}",
  "{ toString = 1 }",
  "[{ valueOf = [] }]",
  "[[[[[[]]]]]]",
  "1979-05-27T07:32:00Z",
  "true",
];

function line(random: Random): string {
  const key = random.oneIn(10) ? random.pick(INHERITED) : random.pick(KEYS);
  if (random.oneIn(5)) return `[${key}]`;
  if (random.oneIn(12)) return `[[${key}]]`;
  const name = random.oneIn(2) ? key : random.pick(LAST_KEYS);
  return `${name} = ${random.pick(VALUES)}`;
}

export const config: Target = {
  name: "config",
  text: true,
  maxLength: 4_096,
  dictionary: [...KEYS, ...LAST_KEYS, ...INHERITED, ...VALUES, "[", "]]", "=", "\n", '"""', "#"]
    .map(utf8),
  generate(random) {
    const modes = random.oneIn(6) ? VALUES : VALUES.slice(0, 2);
    const lines = [`mode = ${random.pick(modes)}`];
    for (let left = random.below(12); left > 0; left--) lines.push(line(random));
    return utf8(`${lines.join("\n")}\n`);
  },
  run(input) {
    const source = new TextDecoder().decode(input);
    const read = parsed(source);
    if (read instanceof ConfigError) return errorOutcome(read);
    const again = parsed(stringify(parse(source)));
    must(!(again instanceof ConfigError), () => `refused after rewriting: ${again}`);
    const shown = JSON.stringify(read);
    must(JSON.stringify(again) === shown, "rewriting changed the configuration");
    must(read.file === FILE && read.limits.sessions <= 65_534, "a limit exceeds its maximum");
    must(
      read.tunnel.keepalive.timeout > read.tunnel.keepalive.interval,
      "the keepalive timeout does not exceed the interval",
    );
    must(!/null|undefined|NaN/.test(shown), () => `a setting has no value: ${shown}`);
    return [read.mode, read.interface.mac, read.tunnel.transport];
  },
};

function parsed(source: string): Config | ConfigError {
  try {
    return parseConfig(source, FILE);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function errorOutcome({ message, issues }: ConfigError): string[] {
  must(issues.length > 0, "an error has no issues");
  const lines = message.split("\n");
  must(lines.length === issues.length, `${lines.length} lines for ${issues.length} issues`);
  for (const text of lines) {
    mustBePrintable(text);
    must(text.startsWith(FILE), () => `"${text}" does not name the file`);
    must(!/ at .*\.ts:|TypeError|\[object /.test(text), () => `"${text}" exposes internals`);
  }
  return issues.map(({ words, remedy }) => {
    must(/^["A-Z]/.test(words), () => `"${words}" does not start with a capital letter`);
    must(remedy !== "", () => `"${words}" has no remedy`);
    return words.replace(/[^A-Za-z ].*/s, "").split(" ").slice(0, 3).join(" ").trim();
  });
}
