import { stringify as stringifyToml } from "npm:smol-toml@^1.4.2";

/** Writes an object as a TOML document. */
export function stringify(obj: Record<string, unknown>): string {
  return stringifyToml(obj);
}
