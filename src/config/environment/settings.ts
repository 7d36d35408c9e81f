/** Settings from environment variables, laid over those of a file or in place of it. */
import type { FindingCode } from "../../messages/findings.ts";
import { nearest } from "../suggest.ts";
import type { KeyKinds } from "./key_kinds.ts";
import { type Environment, settingVariables, variableOf } from "./names.ts";
import { decidesTrust } from "./trusted_keys.ts";
import { variableValue } from "./variable_value.ts";

/** What is wrong with a variable. */
export interface VariableIssue {
  code: FindingCode;
  variable: string;
  /** Its key; empty if it is unknown. */
  path: string;
  words: string;
  remedy: string;
}

/** What the environment sets. */
export interface EnvironmentSettings {
  /** Values as a file has them, by key such as `clients[0].name`. */
  values: ReadonlyMap<string, unknown>;
  issues: readonly VariableIssue[];
}

/** Number of a list's table in a variable's name, and in a key. */
const INDEX = "(\\d{1,4})";

/** Reads the variables of an environment. `isAlone`: there is no file, so they decide everything. */
export function readVariables(
  environment: Environment,
  kinds: KeyKinds,
  isAlone: boolean,
): EnvironmentSettings {
  const known = knownNames(kinds);
  const values = new Map<string, unknown>();
  const issues: VariableIssue[] = [];
  for (const [variable, text] of settingVariables(environment)) {
    const found = keyOf(variable, known);
    if (found === undefined) {
      issues.push(unknownVariable(variable, [...kinds.keys()]));
      continue;
    }
    const { path, key } = found;
    const read = variableValue(text, kinds.get(key) ?? "text");
    if (!isAlone && decidesTrust(key)) issues.push(refused(variable, path));
    else if ("value" in read) values.set(path, read.value);
    else issues.push({ code: "bad-value", variable, path, ...read });
  }
  return { values, issues: [...issues, ...gaps(values)] };
}

/** How the variables of keys are named: exactly, or with the number of a list's table. */
interface KnownNames {
  exact: ReadonlyMap<string, string>;
  listed: readonly { pattern: RegExp; key: string }[];
}

function knownNames(kinds: KeyKinds): KnownNames {
  const exact = new Map<string, string>();
  const listed: { pattern: RegExp; key: string }[] = [];
  for (const key of kinds.keys()) {
    if (!key.includes("[]")) exact.set(variableOf(key), key);
    else {
      const [list, rest] = key.split("[].");
      listed.push({
        pattern: new RegExp(`^${variableOf(list)}_${INDEX}_${rest.toUpperCase()}$`),
        key,
      });
    }
  }
  return { exact, listed };
}

function keyOf(
  variable: string,
  { exact, listed }: KnownNames,
): { path: string; key: string } | undefined {
  const key = exact.get(variable);
  if (key !== undefined) return { path: key, key };
  for (const { pattern, key } of listed) {
    const [, digits] = pattern.exec(variable) ?? [];
    if (digits !== undefined) return { path: key.replace("[]", `[${Number(digits)}]`), key };
  }
  return undefined;
}

function unknownVariable(variable: string, keys: readonly string[]): VariableIssue {
  const [, digits = "0"] = /_(\d{1,4})_/.exec(variable) ?? [];
  const names = keys.map((key) => variableOf(key.replace("[]", `[${digits}]`)));
  const file = names.find((name) => name === `${variable}_FILE`);
  const close = file ?? nearest(variable, names);
  const why = file === undefined ? "" : ", as a secret is in a file and not in the environment";
  return {
    code: "unknown-key",
    variable,
    path: "",
    words: "Unknown variable",
    remedy: close === undefined ? "unset it" : `did you mean "${close}"${why}?`,
  };
}

function refused(variable: string, path: string): VariableIssue {
  return {
    code: "variable-refused",
    variable,
    path,
    words: "Beside a configuration file no variable may decide whom the daemon trusts",
    remedy: "write the setting in the file and unset the variable",
  };
}

/** Lists whose tables are not numbered from 0 without gaps. */
function gaps(values: ReadonlyMap<string, unknown>): VariableIssue[] {
  const indexes = new Map<string, Map<number, string>>();
  for (const path of values.keys()) {
    const [, list, digits] = /^(\w+)\[(\d+)\]/.exec(path) ?? [];
    if (list === undefined) continue;
    indexes.set(list, (indexes.get(list) ?? new Map()).set(Number(digits), path));
  }
  return [...indexes].flatMap(([list, used]) => {
    const sorted = [...used.keys()].sort((one, other) => one - other);
    const at = sorted.findIndex((index, position) => index !== position);
    if (at === -1) return [];
    const path = used.get(sorted[at]) ?? "";
    return [{
      code: "bad-value",
      variable: variableOf(path),
      path,
      words: `Tables of "${list}" are numbered from 0 without gaps, but there is none with ${at}`,
      remedy: "number them so",
    }];
  });
}

/** A table of a parsed file. */
type Table = Record<string, unknown>;

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Puts values into a parsed file, in place of its own; what is no table there stays as it is. */
export function overlay(raw: Table, values: ReadonlyMap<string, unknown>): void {
  for (const [path, value] of values) {
    const parts = path.split(/\.|(?=\[)/);
    const last = parts.pop() ?? "";
    const table = parts.reduce<unknown>((at, part) => below(at, part), raw);
    if (isTable(table)) table[last] = value;
  }
}

/** The table or list below another, which is made unless something else is there. */
function below(at: unknown, part: string): unknown {
  const [, digits] = /^\[(\d+)\]$/.exec(part) ?? [];
  if (digits !== undefined) return Array.isArray(at) ? at[Number(digits)] ??= {} : undefined;
  if (!isTable(at)) return undefined;
  return at[part] ??= part === "clients" ? [] : {};
}
