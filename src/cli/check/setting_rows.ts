import { type Environment, variableOf } from "../../config/environment/names.ts";
import { showConfig } from "../../config/show.ts";
import type { Config } from "../../config/types.ts";

/** A setting, and where its value is from: a line of the file, a variable, or neither. */
export interface SettingRow {
  /** Such as `tunnel.listen` or `clients[0].name`. */
  key: string;
  /** As in a file. */
  value: unknown;
  line?: number;
  variable?: string;
}

/** Returns all settings in use; `lines` are those of the file's keys. */
export function settingRows(
  config: Config,
  lines: ReadonlyMap<string, number>,
  environment: Environment,
): SettingRow[] {
  return leaves(showConfig(config), "").map(([key, value]) => {
    const variable = variableOf(key);
    if (Object.hasOwn(environment, variable)) return { key, value, variable };
    const line = lines.get(key);
    return { key, value, ...(line !== undefined && { line }) };
  });
}

/** A line for each setting: what it is, and where it is from. */
export function settingLines(rows: readonly SettingRow[], file: string): string[] {
  const texts = rows.map(({ key, value }) => `${key} = ${JSON.stringify(value)}`);
  const width = Math.max(0, ...texts.map((text) => text.length));
  return rows.map(({ line, variable }, at) => {
    const source = variable ?? (line === undefined ? "default" : `${file}:${line}`);
    return `${texts[at].padEnd(width)}  ${source}`;
  });
}

function leaves(value: unknown, path: string): [key: string, value: unknown][] {
  if (Array.isArray(value) && value.some(isTable)) {
    return value.flatMap((item, at) => leaves(item, `${path}[${at}]`));
  }
  if (!isTable(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) =>
    leaves(inner, path === "" ? key : `${path}.${key}`)
  );
}

function isTable(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
