import { dirname, resolve } from "node:path";
import { parse } from "@std/toml";
import * as v from "valibot";
import { ConfigError, type ConfigIssue } from "./config_error.ts";
import { lineOf, locateKeys } from "./locate.ts";
import { clientSchema, serverSchema } from "./schema.ts";
import { didYouMean } from "./suggest.ts";
import { camelKeys, keyPaths, snakeKey } from "./table.ts";
import type { Config } from "./types.ts";
import { unknownKeys } from "./unknown_keys.ts";
import { show } from "./values.ts";

/** Larger than any configuration with thousands of clients; bytes. */
const MAX_FILE = 4 * 1024 * 1024;

/** Reads and validates a configuration file. Throws ConfigError with everything that is wrong. */
export async function loadConfig(path: string): Promise<Config> {
  const file = resolve(path);
  return parseConfig(await readConfig(file), file);
}

/** Validates a configuration's text; `file` is the absolute path that its paths are relative to. */
export function parseConfig(source: string, file: string): Config {
  const raw = parseToml(source, file);
  const lines = locateKeys(source);
  const fail = (issues: Omit<ConfigIssue, "line">[]): never => {
    const located = issues.map((issue) => ({ ...issue, line: lineOf(issue.path, lines) }));
    throw new ConfigError(file, located.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)));
  };
  const folder = dirname(file);
  const schemas = { server: serverSchema(folder), client: clientSchema(folder) };
  const { mode } = raw;
  if (mode !== "server" && mode !== "client") {
    return fail([{ path: "mode", message: wrongMode(mode) }]);
  }
  const keys = { server: keyPaths(schemas.server), client: keyPaths(schemas.client) };
  const otherMode = keys[mode === "server" ? "client" : "server"];
  const strangers = unknownKeys(raw, { mode, here: keys[mode], otherMode });
  const schema: v.GenericSchema<unknown, object> = schemas[mode];
  const result = v.safeParse(schema, camelKeys(raw));
  if (!result.success || strangers.length > 0) {
    return fail([...strangers, ...(result.issues ?? []).map(explain)]);
  }
  return { ...result.output, file } as Config;
}

async function readConfig(file: string): Promise<string> {
  try {
    return await readText(file);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : error instanceof Error
      ? error.message
      : String(error);
    const message = `Cannot read the configuration: ${why}`;
    throw new ConfigError(file, [{ path: "", line: undefined, message }]);
  }
}

/** Reads to the end, which only reading shows where it is: a pipe has no size, and a device no end. */
async function readText(file: string): Promise<string> {
  using opened = await Deno.open(file);
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of opened.readable) {
    size += chunk.length;
    if (size > MAX_FILE) throw new RangeError(`it has more than ${MAX_FILE} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseToml(source: string, file: string): Record<string, unknown> {
  try {
    return parse(source);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const [, line, what] = /on line (\d+),? (.*)/s.exec(error.message) ?? [];
    const message = `Cannot parse TOML: ${what ?? error.message}`;
    const issue = { path: "", line: line === undefined ? undefined : Number(line), message };
    throw new ConfigError(file, [issue]);
  }
}

function wrongMode(mode: unknown): string {
  const modes = ["server", "client"];
  if (mode === undefined) return 'Missing; say mode = "server" or mode = "client"';
  const hint = typeof mode === "string" ? didYouMean(mode, modes) : "";
  return `Expected "server" or "client", not ${show(mode)}${hint}`;
}

function explain(issue: v.BaseIssue<unknown>): Omit<ConfigIssue, "line"> {
  const path = (issue.path ?? []).reduce(
    (start, { key }) =>
      typeof key === "number"
        ? `${start}[${key}]`
        : [start, snakeKey(String(key))].filter(Boolean).join("."),
    "",
  );
  return { path, message: messageOf(issue) };
}

/** Schemas of values have messages of their own; of tables and lists, valibot's are replaced. */
function messageOf(issue: v.BaseIssue<unknown>): string {
  if (issue.kind !== "schema") return issue.message;
  if (issue.received === "undefined") return "Missing; this key has no default";
  const what = issue.type === "array" ? "a list of tables" : "a table";
  return `Expected ${what}, not ${show(issue.input)}`;
}
