/** Finds the lines of keys in TOML source, which its parsers do not tell once they are done. */
import { outlineOf } from "./toml_outline.ts";

/** Lines, counted from 1, by path such as `tunnel.listen` and `clients[0].name`; of valid TOML. */
export function locateKeys(source: string): Map<string, number> {
  return outlineOf(source).lines;
}

/** The line of a path, or of the nearest table around it; undefined for the whole file. */
export function lineOf(path: string, lines: ReadonlyMap<string, number>): number | undefined {
  for (let part = path; part !== ""; part = part.replace(/(?:\.?[^.[\]]+|\[\d+\])$/, "")) {
    const line = lines.get(part);
    if (line !== undefined) return line;
  }
  return undefined;
}
