import { formatAddress } from "./addresses.ts";
import { snakeKey } from "./table.ts";
import type { Address, Config } from "./types.ts";
import { formatDuration, formatSize } from "./units.ts";

/** Keys whose values are milliseconds. */
const DURATIONS: ReadonlySet<string> = new Set([
  "base",
  "cap",
  "connectTimeout",
  "failbackAfter",
  "failoverAfter",
  "idleTimeout",
  "interval",
  "reset",
  "resumeGrace",
  "shutdownGrace",
  "terminateLinger",
  "timeout",
]);

/** Lists that files usually write as a single value. */
const MOSTLY_ONE: ReadonlySet<string> = new Set(["secretFile", "serverCertificate"]);

/**
 * Returns a configuration with keys and values as in a file. It has paths of secrets, not their
 * content.
 */
export function showConfig({ file: _, ...config }: Config): Record<string, unknown> {
  return showTable(config);
}

function showTable(table: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(table).map(([key, value]) => [snakeKey(key), showValue(key, value)]),
  );
}

function showValue(key: string, value: unknown): unknown {
  if (typeof value === "number" && DURATIONS.has(key)) return formatDuration(value);
  if (typeof value === "number" && key === "fileSize") return formatSize(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => showValue(key, item));
    return items.length === 1 && MOSTLY_ONE.has(key) ? items[0] : items;
  }
  if (typeof value !== "object" || value === null) return value;
  if (isAddress(value)) return formatAddress(value);
  if ("fixed" in value && value.fixed instanceof Uint8Array) return `fixed:${value.fixed.toHex()}`;
  return showTable(value);
}

function isAddress(value: object): value is Address {
  return "host" in value && "port" in value;
}
