/** Differences between two configurations, and which of them a running daemon applies. */
import { isDeepStrictEqual } from "node:util";
import { deepFreeze } from "./freeze.ts";
import { snakeKey } from "./table.ts";
import type { ClientConfig, Config, ServerConfig } from "./types.ts";

/** A changed setting. */
export interface Change {
  /** Key as in the file: `limits.sessions`, `clients."branch-1".sessions`. */
  key: string;
  /** "content": the setting is the same, but the content of the file that it names has changed. */
  change: "added" | "removed" | "changed" | "content";
}

/** Changes by whether they need a restart. */
export interface Difference {
  /** Changes that a running daemon applies. */
  live: Change[];
  /** Changes that need a restart. */
  restart: Change[];
}

/** Whether a running daemon applies a change, for a whole table or by key. */
type Live<T> = T extends readonly unknown[] ? boolean
  : T extends object ? boolean | { readonly [K in keyof T]-?: Live<T[K]> }
  : boolean;

type LiveKeys<C> = { readonly [K in keyof Omit<C, "file">]-?: Live<C[K]> };

const COMMON = {
  mode: false,
  stateDir: false,
  interface: false,
  admin: false,
  capture: true,
  sessions: true,
  log: true,
  limits: true,
} as const;

const SERVER: LiveKeys<ServerConfig> = {
  ...COMMON,
  shards: false,
  clients: true,
  discovery: { hostUniq: false, timeout: true },
  tunnel: {
    transport: false,
    listen: false,
    certificate: true,
    key: true,
    mss: true,
    congestionControl: true,
    keepalive: true,
    admission: true,
    shutdownGrace: true,
  },
};

const CLIENT: LiveKeys<ClientConfig> = {
  ...COMMON,
  discovery: { timeout: true },
  tunnel: {
    transport: false,
    connect: false,
    serverCertificate: true,
    name: false,
    secretFile: true,
    mss: true,
    congestionControl: true,
    keepalive: true,
    reconnect: true,
    choice: true,
    bindInterface: true,
    mark: true,
    connectTimeout: true,
    shutdownGrace: true,
  },
};

function livenessOf(inUse: Config, next: Config): unknown {
  if (inUse.mode !== next.mode) return false;
  return inUse.mode === "server" ? SERVER : CLIENT;
}

/** Compares the running configuration with another one. */
export function compareConfigs(inUse: Config, next: Config): Difference {
  const found: Difference = { live: [], restart: [] };
  if (inUse.mode !== next.mode) {
    found.restart.push({ key: "mode", change: "changed" });
    return found;
  }
  compare(livenessOf(inUse, next), inUse, next, "", found);
  return found;
}

/**
 * Returns a new configuration: the running one with those changes of `next` that need no restart.
 */
export function mergeConfigs<C extends Config>(inUse: C, next: Config): C {
  const merged = structuredClone(inUse);
  if (inUse.mode === next.mode) adopt(livenessOf(inUse, next), merged, next);
  return deepFreeze(merged);
}

type Table = Record<string, unknown>;

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !ArrayBuffer.isView(value);
}

function below(live: unknown, key: string): unknown {
  return isTable(live) ? live[key] ?? false : live;
}

/** All keys of two tables except `file`, which is not a setting. */
function keysOf(one: Table, other: Table): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((key) => key !== "file");
}

function compare(live: unknown, one: unknown, other: unknown, key: string, found: Difference) {
  if (isDeepStrictEqual(one, other)) return;
  const [a, b] = [byName(one), byName(other)];
  if (isTable(a) && isTable(b)) {
    const quote = a === one ? snakeKey : JSON.stringify;
    for (const name of keysOf(a, b)) {
      const path = key === "" ? quote(name) : `${key}.${quote(name)}`;
      compare(below(live, name), a[name], b[name], path, found);
    }
    return;
  }
  const change = one === undefined ? "added" : other === undefined ? "removed" : "changed";
  found[live === true ? "live" : "restart"].push({ key, change });
}

/** Converts a list of named tables to a table keyed by name; returns other values unchanged. */
function byName(value: unknown): unknown {
  if (!Array.isArray(value) || !value.every((item) => typeof item?.name === "string")) return value;
  return Object.fromEntries(value.map((item) => [item.name, item]));
}

function adopt(live: unknown, into: object, from: object): void {
  const [target, source] = [into as Table, from as Table];
  for (const key of keysOf(target, source)) {
    const how = below(live, key);
    const [old, value] = [target[key], source[key]];
    if (how === false) continue;
    if (isTable(old) && isTable(value)) adopt(how, old, value);
    else if (value === undefined) delete target[key];
    else target[key] = structuredClone(value);
  }
}
