import type { ConfigIssue } from "./config_error.ts";
import { didYouMean } from "./suggest.ts";

/** What the two modes know: paths as of `keyPaths`. */
export interface KnownKeys {
  mode: "server" | "client";
  here: ReadonlySet<string>;
  otherMode: ReadonlySet<string>;
}

/** Keys of a parsed file that its mode does not know, with what was probably meant. */
export function unknownKeys(
  table: object,
  known: KnownKeys,
  at = "",
  pattern = "",
): Omit<ConfigIssue, "line">[] {
  return Object.entries(table).flatMap(([key, value]) => {
    const path = at === "" ? key : `${at}.${key}`;
    const keyPattern = pattern === "" ? key : `${pattern}.${key}`;
    if (!known.here.has(keyPattern)) return [{ path, message: explain(key, keyPattern, known) }];
    return below(value, path, keyPattern).flatMap(([item, itemPath, itemPattern]) =>
      unknownKeys(item, known, itemPath, itemPattern)
    );
  });
}

/** The tables directly in a value. */
function below(value: unknown, path: string, pattern: string): [object, string, string][] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => below(item, `${path}[${index}]`, `${pattern}[]`));
  }
  return typeof value === "object" && value !== null ? [[value, path, pattern]] : [];
}

/** Keys that were given up, and what takes their place. */
const FORMER: Readonly<Record<string, string>> = {
  "tunnel.server_ca": "a client accepts only certificates that it has a copy of",
  "tunnel.server_name": "a server is known by its certificate, whatever its name",
};

const PIN = 'copy the server\'s certificate here and write server_certificate = "server.crt"';

function explain(key: string, pattern: string, { mode, here, otherMode }: KnownKeys): string {
  if (FORMER[pattern] !== undefined && mode === "client") {
    return `Key "${key}" is not supported: ${FORMER[pattern]}; remove it, ${PIN}`;
  }
  if (otherMode.has(pattern)) {
    return `Key "${key}" is for mode "${mode === "server" ? "client" : "server"}" only; remove it`;
  }
  const table = pattern.slice(0, -key.length);
  const siblings = [...here].filter((path) =>
    path.startsWith(table) && !path.slice(table.length).includes(".")
  ).map((path) => path.slice(table.length));
  const hint = didYouMean(key, siblings);
  if (hint !== "") return `Unknown key "${key}"${hint}`;
  const other = [...here].find((path) => path.endsWith(`.${key}`));
  return `Unknown key "${key}"${other === undefined ? "" : `; there is "${other}"`}`;
}
