import type { ConfigIssue } from "./config_error.ts";
import { nearest } from "./suggest.ts";

/** Keys of both modes, as paths of `keyPaths`. */
export interface KnownKeys {
  mode: "server" | "client";
  here: ReadonlySet<string>;
  otherMode: ReadonlySet<string>;
}

/** A key that is unknown or misplaced. */
export interface UnknownKey extends Omit<ConfigIssue, "line"> {
  /** Path of the key that was probably meant; other issues there only follow from this one. */
  meant?: string;
}

/** Maximum number of places that a message names. */
const MAX_PLACES = 3;

/** Finds keys of a parsed file that its mode does not have, and what was probably meant. */
export function unknownKeys(
  table: object,
  known: KnownKeys,
  at = "",
  pattern = "",
): UnknownKey[] {
  return Object.entries(table).flatMap(([key, value]) => {
    const path = at === "" ? key : `${at}.${key}`;
    const keyPattern = pattern === "" ? key : `${pattern}.${key}`;
    if (!known.here.has(keyPattern)) return [{ path, ...explain(key, keyPattern, at, known) }];
    const shape = shapeFault(key, keyPattern, value, known);
    if (shape !== undefined) return [{ path, message: shape, meant: path }];
    return below(value, path, keyPattern).flatMap(([item, itemPath, itemPattern]) =>
      unknownKeys(item, known, itemPath, itemPattern)
    );
  });
}

/** A message if a table is written as a list of tables or vice versa; undefined if not. */
function shapeFault(
  key: string,
  pattern: string,
  value: unknown,
  { here }: KnownKeys,
): string | undefined {
  const has = (prefix: string): boolean => [...here].some((known) => known.startsWith(prefix));
  if (isTable(value) && has(`${pattern}[].`)) {
    return `Write [[${key}]] with two brackets on each side: this table can be repeated`;
  }
  if (Array.isArray(value) && value.some(isTable) && has(`${pattern}.`)) {
    return `Write [${pattern}] with one bracket on each side: this table cannot be repeated`;
  }
  return undefined;
}

/** The tables directly in a value. */
function below(value: unknown, path: string, pattern: string): [object, string, string][] {
  if (!Array.isArray(value)) return isTable(value) ? [[value, path, pattern]] : [];
  return value.flatMap((item, index): [object, string, string][] =>
    isTable(item) ? [[item, `${path}[${index}]`, `${pattern}[]`]] : []
  );
}

function isTable(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Removed keys, and why they are not supported. */
const FORMER: Readonly<Record<string, string>> = {
  "tunnel.server_ca": "a client accepts only certificates that it has a copy of",
  "tunnel.server_name": "a server is identified by its certificate, not by a name",
};

const PIN = 'copy the server\'s certificate here and set server_certificate = "server.crt"';

function explain(
  key: string,
  pattern: string,
  at: string,
  { mode, here, otherMode }: KnownKeys,
): Omit<UnknownKey, "path"> {
  if (FORMER[pattern] !== undefined && mode === "client") {
    return { message: `Key "${key}" is not supported: ${FORMER[pattern]}; remove it, ${PIN}` };
  }
  const other = mode === "server" ? "client" : "server";
  if (otherMode.has(pattern)) {
    return { message: `Key "${key}" is for mode "${other}" only; remove it` };
  }
  const table = pattern.slice(0, -key.length);
  const siblings = [...here].filter((path) =>
    path.startsWith(table) && !path.slice(table.length).includes(".")
  ).map((path) => path.slice(table.length));
  const places = placesOf(key, here);
  const close = nearest(key, siblings);
  if (close !== undefined && places.length === 0) {
    const meant = at === "" ? close : `${at}.${close}`;
    return { message: `Unknown key "${key}"; did you mean "${close}"?`, meant };
  }
  if (places.length > 0) return { message: belongs(key, places), meant: places[0] };
  if (placesOf(key, otherMode).length > 0) {
    return { message: `Key "${key}" is for mode "${other}" only; remove it` };
  }
  return { message: `Unknown key "${key}"` };
}

/** Paths at which a key is known. */
function placesOf(key: string, known: ReadonlySet<string>): string[] {
  return [...known].filter((path) => path === key || path.endsWith(`.${key}`));
}

function belongs(key: string, places: readonly string[]): string {
  if (places.includes(key)) {
    return `Key "${key}" belongs above the first table: keys after a [table] are part of it`;
  }
  const tables = places.slice(0, MAX_PLACES).map((path) => {
    const table = path.slice(0, -key.length - 1);
    return table.endsWith("[]") ? `[[${table.slice(0, -2)}]]` : `[${table}]`;
  });
  return `Key "${key}" belongs in ${tables.join(" or ")}; move it there`;
}
