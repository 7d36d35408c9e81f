import { dirname, resolve } from "node:path";
import { parse } from "@std/toml";
import * as v from "valibot";
import { ConfigError, type ConfigIssue } from "./config_error.ts";
import { DEFAULT_CONFIG } from "./default_config.ts";
import { keyKinds } from "./environment/key_kinds.ts";
import { type Environment, settingVariables, variableOf } from "./environment/names.ts";
import { type EnvironmentSettings, overlay, readVariables } from "./environment/settings.ts";
import { deepFreeze } from "./freeze.ts";
import { lineOf } from "./toml/locate.ts";
import { findMode, type Mode } from "./mode.ts";
import { readConfig } from "./read_config.ts";
import { clientSchema, serverSchema } from "./schema.ts";
import { camelKeys, keyPaths, snakeKey } from "./table.ts";
import type { FindingCode } from "../messages/findings.ts";
import { formatFault } from "./toml/other_formats.ts";
import { MAX_PROBLEMS, type OutlineProblem } from "./toml/outline_faults.ts";
import { outlineOf } from "./toml/toml_outline.ts";
import type { Config } from "./types.ts";
import { type UnknownKey, unknownKeys } from "./unknown_keys.ts";
import { show } from "./value_schema.ts";

/**
 * Reads and validates a configuration: a file, with the environment's variables over it. The default
 * file may be missing if there are variables. Throws ConfigError with all its problems.
 */
export async function loadConfig(
  path: string,
  environment: Environment = Deno.env.toObject(),
): Promise<Config> {
  const file = resolve(path);
  const mayBeMissing = file === DEFAULT_CONFIG && settingVariables(environment).length > 0;
  return parseConfig(await readConfig(file, mayBeMissing), file, environment);
}

/**
 * Validates the text of a configuration, or that of variables alone if it is undefined; `file` is the
 * absolute path that its paths are relative to.
 */
export function parseConfig(
  source: string | undefined,
  file: string,
  environment: Environment = {},
): Config {
  const { raw, lines } = source === undefined ? noFile() : parseToml(source, file);
  const base = { folder: dirname(file), credentials: environment.CREDENTIALS_DIRECTORY };
  const schemas = { server: serverSchema(base), client: clientSchema(base) };
  const kinds = new Map([...keyKinds(schemas.client), ...keyKinds(schemas.server)]);
  const set = readVariables(environment, kinds, source === undefined);
  const fail = (issues: readonly Unlocated[]): never => {
    throw new ConfigError(file, issues.map((issue) => located(issue, lines, set)).sort(byLine));
  };
  if (set.issues.length > 0) return fail(set.issues);
  overlay(raw, set.values);
  const result = validate(raw, schemas);
  if ("config" in result) return deepFreeze({ ...result.config, file }) as Config;
  return fail(source === undefined ? result.issues.map(byVariable) : result.issues);
}

/** What a file without settings has, so that issues name the keys and not the tables. */
function noFile(): ParsedFile {
  return { raw: { interface: {}, tunnel: {} }, lines: new Map() };
}

/** The settings of a file, and the lines of their keys. */
interface ParsedFile {
  raw: Record<string, unknown>;
  lines: ReadonlyMap<string, number>;
}

/** Schemas by mode. */
type Schemas = Readonly<Record<Mode, v.GenericSchema<unknown, object>>>;

/** Validates a parsed file; returns the configuration without its path, or what is wrong. */
function validate(
  raw: Record<string, unknown>,
  schemas: Schemas,
): { config: object } | { issues: readonly Unlocated[] } {
  const { mode, issue } = findMode(raw);
  if (mode === undefined) return { issues: [issue] };
  const keys = { server: keyPaths(schemas.server), client: keyPaths(schemas.client) };
  const other = mode === "server" ? "client" : "server";
  const known = { mode, here: keys[mode], otherMode: keys[other] };
  const strangers = unknownKeys(raw, known, MAX_PROBLEMS);
  const result = v.safeParse(schemas[mode], camelKeys(raw));
  if (result.success && strangers.length === 0) return { config: result.output };
  if (v.is(schemas[other], camelKeys({ ...raw, mode: other }))) {
    return { issues: [wholeFile(mode)] };
  }
  const others = (result.issues ?? []).filter((issue) =>
    !strangers.some((stranger) => explains(stranger, issue))
  );
  return { issues: [...strangers, ...others.map((issue) => explain(issue, keys[mode]))] };
}

type Unlocated = Omit<ConfigIssue, "line">;

/** Adds the line or the variable of an issue's key. */
function located(
  issue: Unlocated,
  lines: ReadonlyMap<string, number>,
  { values }: EnvironmentSettings,
): ConfigIssue {
  const variable = values.has(issue.path) ? variableOf(issue.path) : undefined;
  if (variable === undefined) return { ...issue, line: lineOf(issue.path, lines) };
  return { ...issue, line: undefined, variable };
}

function byLine(one: ConfigIssue, other: ConfigIssue): number {
  return (one.line ?? 0) - (other.line ?? 0);
}

/** An issue with what to do if there is no file. */
function byVariable(issue: Unlocated): Unlocated {
  if (issue.path === "clients") {
    const names = ["clients[0].name", "clients[0].secret_file"].map(variableOf);
    return { ...issue, remedy: `set ${names.join(" and ")}` };
  }
  return issue.code === "missing-key"
    ? { ...issue, remedy: `set ${variableOf(issue.path)}` }
    : issue;
}

/** The issue of a complete file of the other mode. */
function wholeFile(mode: Mode): Unlocated {
  const [other, beside] = mode === "server"
    ? ["client", "the customers"]
    : ["server", "the access concentrator"];
  return {
    code: "wrong-mode",
    path: "mode",
    words: `The settings in this file are those of a ${other}, but it says "${mode}"`,
    remedy: `write mode = "${other}" if this machine is beside ${beside}; otherwise name the ` +
      `configuration of the ${mode}`,
  };
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

function parseToml(source: string, file: string): ParsedFile {
  const text = source.replace(/^\ufeff/, "");
  const { lines, problems } = outlineOf(text);
  if (problems.length > 0) {
    const whole = formatFault(text);
    throw new ConfigError(
      file,
      whole !== undefined
        ? [{ code: "not-toml", path: "", ...whole }]
        : problems.map(({ kind, ...problem }) => ({ code: CODES[kind], ...problem })),
    );
  }
  try {
    return { raw: parse(text), lines };
  } catch (error) {
    // The outline accepts only what the parser does, so no message of the parser is expected.
    if (!(error instanceof Error)) throw error;
    const line = /on line (\d+)/.exec(error.message)?.[1];
    const issue = {
      code: "toml-syntax",
      path: "",
      line: line === undefined ? undefined : Number(line),
      words: "This line is not TOML",
      remedy: "compare it with config.example.toml",
    } as const;
    throw new ConfigError(file, [issue]);
  }
}

/** Codes of problems with the structure of a file. */
const CODES = {
  syntax: "toml-syntax",
  duplicate: "duplicate-key",
  order: "misplaced-key",
  brackets: "table-brackets",
  unknown: "unknown-key",
} as const satisfies Record<OutlineProblem["kind"], FindingCode>;

function pathOf({ path }: v.BaseIssue<unknown>): string {
  return (path ?? []).reduce(
    (start, { key }) =>
      typeof key === "number"
        ? `${start}[${key}]`
        : [start, snakeKey(String(key))].filter(Boolean).join("."),
    "",
  );
}

function explain(issue: v.BaseIssue<unknown>, known: ReadonlySet<string>): Unlocated {
  const path = pathOf(issue);
  return { path, ...said(issue, path, known) };
}

/** What an issue says; replaces valibot's own messages for tables and lists of tables. */
function said(
  issue: v.BaseIssue<unknown>,
  path: string,
  known: ReadonlySet<string>,
): Omit<Unlocated, "path"> {
  const has = (prefix: string): boolean => [...known].some((key) => key.startsWith(prefix));
  if (issue.kind !== "schema") {
    const isDuplicate = /^clients\[\d+\]\.name$/.test(path) && issue.kind === "validation";
    const code = isDuplicate ? "duplicate-name" : "bad-value";
    return { code, words: issue.message, remedy: issue.expected ?? "" };
  }
  if (issue.received === "undefined") {
    const todo = has(`${path}[].`)
      ? `add a table [[${path}]]`
      : has(`${path}.`)
      ? `add a table [${path}]`
      : "add it as in config.example.toml";
    return { code: "missing-key", words: "Missing, and this key has no default", remedy: todo };
  }
  const what = issue.type === "array" ? `a list of tables, written as [[${path}]]` : "a table";
  const words = `Expected ${what}, not ${show(issue.input)}`;
  return { code: "bad-value", words, remedy: `write ${what}` };
}
