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
/** Maximum length of a key that is too short to guess at in all tables. */
const MAX_SHORT = 4;

type Said = Pick<ConfigIssue, "code" | "words" | "remedy">;

/**
 * Finds keys of a parsed file that its mode does not have, and what was probably meant; at most
 * `limit` of them, because each is compared with all known keys.
 */
export function unknownKeys(table: object, known: KnownKeys, limit: number): UnknownKey[] {
  return Array.from(findUnknown(table, known, "", "").take(limit));
}

/** Yields the unknown keys of the table at a path, whose pattern is its path as in `keyPaths`. */
function* findUnknown(
  table: object,
  known: KnownKeys,
  at: string,
  pattern: string,
): Generator<UnknownKey> {
  for (const [key, value] of Object.entries(table)) {
    const path = at === "" ? key : `${at}.${key}`;
    const keyPattern = pattern === "" ? key : `${pattern}.${key}`;
    if (!known.here.has(keyPattern)) {
      yield { path, ...explain({ key, pattern: keyPattern, at, value }, known) };
      continue;
    }
    const shape = shapeFault(key, keyPattern, value, known);
    if (shape !== undefined) {
      yield { path, ...shape, meant: path };
      continue;
    }
    for (const [item, itemPath, itemPattern] of below(value, path, keyPattern)) {
      yield* findUnknown(item, known, itemPath, itemPattern);
    }
  }
}

/** What is wrong with a table that is written as a list of tables, as a value, or vice versa. */
function shapeFault(
  key: string,
  pattern: string,
  value: unknown,
  { here }: KnownKeys,
): Said | undefined {
  const has = (prefix: string): boolean => [...here].some((known) => known.startsWith(prefix));
  if (isTable(value) && has(`${pattern}[].`)) {
    return {
      code: "table-brackets",
      words: "This table can be repeated, so it has two brackets on each side",
      remedy: `write [[${key}]]`,
    };
  }
  if (!has(`${pattern}.`) || isTable(value)) return undefined;
  if (Array.isArray(value) && value.some(isTable)) {
    return {
      code: "table-brackets",
      words: "This table cannot be repeated, so it has one bracket on each side",
      remedy: `write [${pattern}]`,
    };
  }
  const first = [...here].find((known) => known.startsWith(`${pattern}.`)) ?? "";
  const inside = first.slice(pattern.length + 1).split(".")[0];
  return {
    code: "bad-value",
    words: `"${key}" is a table, not a setting with a value`,
    remedy: `write [${pattern}] on a line of its own, and below it settings such as "${inside}"`,
  };
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

/** An unknown key. */
interface Stranger {
  key: string;
  /** Its path as in `keyPaths`. */
  pattern: string;
  /** Path of its table. */
  at: string;
  value: unknown;
}

function explain(stranger: Stranger, known: KnownKeys): Omit<UnknownKey, "path"> {
  const { key, pattern, at } = stranger;
  const { mode, here, otherMode } = known;
  if (FORMER[pattern] !== undefined && mode === "client") {
    const words = `Key "${key}" is not supported: ${FORMER[pattern]}`;
    return { code: "unknown-key", words, remedy: `remove it, ${PIN}` };
  }
  if (otherMode.has(pattern)) return otherModeOnly(key, mode);
  const places = placesOf(stranger, here);
  const close = nearest(key, siblingsOf(stranger, here));
  if (close !== undefined && places.length === 0) {
    const meant = at === "" ? close : `${at}.${close}`;
    return { ...unknown(key, `did you mean "${close}"?`), meant };
  }
  if (places.length > 0) return { ...belongs(stranger, places, here), meant: places[0] };
  if (placesOf(stranger, otherMode).length > 0) return otherModeOnly(key, mode);
  return elsewhere(stranger, here) ?? unknown(key, "remove it");
}

function unknown(key: string, remedy: string): Said {
  return { code: "unknown-key", words: `Unknown key "${key}"`, remedy };
}

function otherModeOnly(key: string, mode: KnownKeys["mode"]): Said {
  const other = mode === "server" ? "client" : "server";
  return {
    code: "wrong-mode",
    words: `Key "${key}" is for mode "${other}" only`,
    remedy: "remove it",
  };
}

/** Keys of the same kind, table or not, that the table of an unknown key has. */
function siblingsOf(stranger: Stranger, here: ReadonlySet<string>): string[] {
  const table = stranger.pattern.slice(0, stranger.pattern.length - stranger.key.length);
  return [...here].filter((path) =>
    path.startsWith(table) && !path.slice(table.length).includes(".") &&
    isSameKind(stranger, path, here)
  ).map((path) => path.slice(table.length));
}

/** Whether both are tables, or neither is. */
function isSameKind({ value }: Stranger, path: string, known: ReadonlySet<string>): boolean {
  const isTables = isTable(value) || (Array.isArray(value) && value.some(isTable));
  return isTables === (brackets(path, known) !== undefined);
}

/** How the header of a table is written; undefined for a path that is not a table. */
function brackets(path: string, known: ReadonlySet<string>): string | undefined {
  for (const one of known) {
    if (one.startsWith(`${path}.`)) return `[${path}]`;
    if (one.startsWith(`${path}[].`)) return `[[${path}]]`;
  }
  return undefined;
}

/** A misspelt key that is also below the wrong table. */
function elsewhere(stranger: Stranger, here: ReadonlySet<string>): Said | undefined {
  const { key } = stranger;
  const paths = [...here].filter((path) => isSameKind(stranger, path, here));
  const names = new Map(paths.map((path) => [path.split(".").at(-1) ?? "", path]));
  const close = key.length > MAX_SHORT ? nearest(key, names.keys()) : undefined;
  const path = names.get(close ?? "");
  if (close === undefined || path === undefined) return undefined;
  const table = path.slice(0, -close.length - 1);
  const where = table === "" ? "above the first table" : `in ${tableName(table)}`;
  return unknown(key, `did you mean "${close}" ${where}?`);
}

/** Paths at which a key of this kind is known. */
function placesOf(stranger: Stranger, known: ReadonlySet<string>): string[] {
  const { key } = stranger;
  return [...known].filter((path) =>
    (path === key || path.endsWith(`.${key}`)) && isSameKind(stranger, path, known)
  );
}

function belongs({ key }: Stranger, places: readonly string[], here: ReadonlySet<string>): Said {
  const code = "misplaced-key";
  const tables = places.slice(0, MAX_PLACES).map((path) => brackets(path, here));
  if (tables[0] !== undefined) {
    return {
      code,
      words: `There is no table "${key}" here`,
      remedy: `write ${tables.join(" or ")}`,
    };
  }
  if (places.includes(key)) {
    return {
      code,
      words: `Key "${key}" belongs above the first table: keys after a [table] are part of it`,
      remedy: "move it to the start of the file",
    };
  }
  const owners = places.slice(0, MAX_PLACES)
    .map((path) => tableName(path.slice(0, -key.length - 1))).join(" or ");
  return { code, words: `Key "${key}" belongs in ${owners}`, remedy: "move it there" };
}

function tableName(path: string): string {
  return path.endsWith("[]") ? `[[${path.slice(0, -2)}]]` : `[${path}]`;
}
