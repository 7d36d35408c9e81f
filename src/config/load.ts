import { dirname, resolve } from "node:path";
import { parse } from "@std/toml";
import * as v from "valibot";
import { ConfigError, type ConfigIssue } from "./config_error.ts";
import { deepFreeze } from "./freeze.ts";
import { lineOf } from "./toml/locate.ts";
import { findMode } from "./mode.ts";
import { readConfig } from "./read_config.ts";
import { clientSchema, serverSchema } from "./schema.ts";
import { camelKeys, keyPaths, snakeKey } from "./table.ts";
import { outlineOf } from "./toml/toml_outline.ts";
import type { Config } from "./types.ts";
import { type UnknownKey, unknownKeys } from "./unknown_keys.ts";
import { show } from "./values.ts";

/** Reads and validates a configuration file. Throws ConfigError with all its problems. */
export async function loadConfig(path: string): Promise<Config> {
  const file = resolve(path);
  return parseConfig(await readConfig(file), file);
}

/**
 * Validates the text of a configuration; `file` is the absolute path that its paths are relative
 * to.
 */
export function parseConfig(source: string, file: string): Config {
  const { raw, lines } = parseToml(source, file);
  const fail = (issues: Omit<ConfigIssue, "line">[]): never => {
    const located = issues.map((issue) => ({ ...issue, line: lineOf(issue.path, lines) }));
    throw new ConfigError(file, located.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)));
  };
  const folder = dirname(file);
  const schemas = { server: serverSchema(folder), client: clientSchema(folder) };
  const { mode, issue } = findMode(raw);
  if (mode === undefined) return fail([issue]);
  const keys = { server: keyPaths(schemas.server), client: keyPaths(schemas.client) };
  const otherMode = keys[mode === "server" ? "client" : "server"];
  const strangers = unknownKeys(raw, { mode, here: keys[mode], otherMode });
  const schema: v.GenericSchema<unknown, object> = schemas[mode];
  const result = v.safeParse(schema, camelKeys(raw));
  if (!result.success || strangers.length > 0) {
    const others = (result.issues ?? []).filter((issue) =>
      !strangers.some((stranger) => explains(stranger, issue))
    );
    return fail([...strangers, ...others.map((issue) => explain(issue, keys[mode]))]);
  }
  return deepFreeze({ ...result.output, file }) as Config;
}

/**
 * Whether an issue only follows from an unknown key: because the correct key is missing, or because
 * its value has the wrong shape.
 */
function explains({ path, meant }: UnknownKey, issue: v.BaseIssue<unknown>): boolean {
  const at = pathOf(issue);
  if (meant === undefined || at !== meant && !at.startsWith(`${meant}.`)) return false;
  return path === meant || issue.received === "undefined";
}

function parseToml(
  source: string,
  file: string,
): { raw: Record<string, unknown>; lines: ReadonlyMap<string, number> } {
  const text = source.replace(/^\ufeff/, "");
  const { lines, problems } = outlineOf(text);
  if (problems.length > 0) {
    const issues = problems.map(({ path, line, message }) => ({
      path,
      line,
      message: path === "" ? `Cannot parse TOML: ${message}` : message,
    }));
    throw new ConfigError(file, issues);
  }
  try {
    return { raw: parse(text), lines };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const [, line, what] = /on line (\d+),? (.*)/s.exec(error.message) ?? [];
    const message = `Cannot parse TOML: ${what ?? error.message}`;
    const issue = { path: "", line: line === undefined ? undefined : Number(line), message };
    throw new ConfigError(file, [issue]);
  }
}

function pathOf({ path }: v.BaseIssue<unknown>): string {
  return (path ?? []).reduce(
    (start, { key }) =>
      typeof key === "number"
        ? `${start}[${key}]`
        : [start, snakeKey(String(key))].filter(Boolean).join("."),
    "",
  );
}

function explain(
  issue: v.BaseIssue<unknown>,
  known: ReadonlySet<string>,
): Omit<ConfigIssue, "line"> {
  const path = pathOf(issue);
  return { path, message: messageOf(issue, path, known) };
}

/** The message for an issue; replaces valibot's own messages for tables and lists of tables. */
function messageOf(
  issue: v.BaseIssue<unknown>,
  path: string,
  known: ReadonlySet<string>,
): string {
  if (issue.kind !== "schema") return issue.message;
  const has = (prefix: string): boolean => [...known].some((key) => key.startsWith(prefix));
  if (issue.received === "undefined") {
    const todo = has(`${path}[].`)
      ? `; add a table [[${path}]]`
      : has(`${path}.`)
      ? `; add a table [${path}]`
      : "";
    return `Missing; this key has no default${todo}`;
  }
  const what = issue.type === "array" ? `a list of tables, written as [[${path}]]` : "a table";
  return `Expected ${what}, not ${show(issue.input)}`;
}
