import type { ConfigIssue } from "./config_error.ts";
import { didYouMean, nearest } from "./suggest.ts";
import { show } from "./values.ts";

/** What a daemon can be. */
export type Mode = "server" | "client";

const MODES: readonly string[] = ["server", "client"];
/** Tables within tables that are looked through. */
const MAX_DEPTH = 4;

/** The mode of a parsed file; where it is not said, or wrongly, what is wrong with that. */
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
  // Misspelt, the other settings can be looked at all the same.
  const misspelt = Object.keys(raw).find((key) => nearest(key, ["mode"]) && isMode(raw[key]));
  if (misspelt !== undefined) return { mode: raw[misspelt] as Mode };
  const misplaced = findIn(raw, "", 0);
  if (misplaced !== undefined) return { mode: misplaced };
  if (Object.keys(raw).length === 0) {
    return { issue: { path: "", message: "The file says nothing; see config.example.toml" } };
  }
  const message = 'Missing; say mode = "server" or mode = "client"';
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
