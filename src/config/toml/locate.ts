/** Finds the line numbers of keys in TOML source, which the TOML parser does not report. */
import { outlineOf } from "./toml_outline.ts";

/** Returns line numbers, from 1, by path such as `tunnel.listen` or `clients[0].name`. */
export function locateKeys(source: string): Map<string, number> {
  return outlineOf(source).lines;
}

/** Returns the line of a path or of the nearest enclosing table; undefined if there is none. */
export function lineOf(path: string, lines: ReadonlyMap<string, number>): number | undefined {
  for (let part = path; part !== ""; part = part.replace(/(?:\.?[^.[\]]+|\[\d+\])$/, "")) {
    const line = lines.get(part);
    if (line !== undefined) return line;
  }
  return undefined;
}
