import type { ConfigIssue } from "./config_error.ts";
import { didYouMean, nearest } from "./suggest.ts";
import { show } from "./values.ts";

/** Role of a daemon. */
export type Mode = "server" | "client";

const MODES: readonly string[] = ["server", "client"];
/** Maximum depth of nested tables that are searched. */
const MAX_DEPTH = 4;

/** Returns the mode of a parsed file, or the issue if it is missing or invalid. */
export function findMode(
  raw: Record<string, unknown>,
): { mode: Mode } & { issue?: never } | { mode?: never; issue: Omit<ConfigIssue, "line"> } {
  const { mode } = raw;
  if (isMode(mode)) return { mode };
  if (mode !== undefined) {
    const hint = typeof mode === "string" ? didYouMean(mode, MODES) : "";
    const message = `Expected "server" or "client", not ${show(mode)}${hint}`;
    return { issue: { path: "mode", message } };
  }
  // A misspelt or misplaced mode still allows the other settings to be checked.
  const misspelt = Object.keys(raw).find((key) => nearest(key, ["mode"]) && isMode(raw[key]));
  if (misspelt !== undefined) return { mode: raw[misspelt] as Mode };
  const misplaced = findIn(raw, "", 0);
  if (misplaced !== undefined) return { mode: misplaced };
  if (Object.keys(raw).length === 0) {
    return { issue: { path: "", message: "The file is empty; see config.example.toml" } };
  }
  const message = 'Missing; add mode = "server" or mode = "client"';
  return { issue: { path: "mode", message } };
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
