import type { ConfigIssue } from "./config_error.ts";
import { nearest } from "./suggest.ts";
import { show } from "./value_schema.ts";

/** Role of a daemon. */
export type Mode = "server" | "client";

const MODES: readonly string[] = ["server", "client"];
const ROLES = 'write "server" beside the access concentrator, "client" beside the customers';
const EXAMPLE = "write it as in config.example.toml";
/** Maximum depth of nested tables that are searched. */
const MAX_DEPTH = 4;

/** Returns the mode of a parsed file, or the issue if it is missing or invalid. */
export function findMode(
  raw: Record<string, unknown>,
): { mode: Mode } & { issue?: never } | { mode?: never; issue: Omit<ConfigIssue, "line"> } {
  const { mode } = raw;
  if (isMode(mode)) return { mode };
  if (mode !== undefined) {
    const meant = typeof mode === "string" ? nearest(mode, MODES) : undefined;
    const words = `Expected "server" or "client", not ${show(mode)}`;
    const remedy = meant === undefined ? ROLES : `did you mean "${meant}"?`;
    return { issue: { code: "bad-value", path: "mode", words, remedy } };
  }
  // A misspelt or misplaced mode still allows the other settings to be checked.
  const misspelt = Object.keys(raw).find((key) => nearest(key, ["mode"]) && isMode(raw[key]));
  if (misspelt !== undefined) return { mode: raw[misspelt] as Mode };
  const misplaced = findIn(raw, "", 0);
  if (misplaced !== undefined) return { mode: misplaced };
  if (Object.keys(raw).length === 0) {
    const words = "The file has no settings";
    return { issue: { code: "config-empty", path: "", words, remedy: EXAMPLE } };
  }
  const remedy = 'add mode = "server" or mode = "client" above the first table';
  return { issue: { code: "missing-key", path: "mode", words: "Missing", remedy } };
}

function isMode(value: unknown): value is Mode {
  return typeof value === "string" && MODES.includes(value);
}

function findIn(value: unknown, key: string, depth: number): Mode | undefined {
  if (key === "mode" && isMode(value)) return value;
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return undefined;
  for (const [name, item] of Object.entries(value)) {
    const found = findIn(item, name, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
