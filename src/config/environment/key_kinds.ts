import { snakeKey } from "../table.ts";
import { kindOf, type ValueKind } from "../value_schema.ts";

/** Kinds of values by key, such as `tunnel.listen` or `clients[].name`. */
export type KeyKinds = ReadonlyMap<string, ValueKind>;

/** Returns the kinds of all keys of a schema that are no tables. */
export function keyKinds(schema: unknown, path = ""): Map<string, ValueKind> {
  const { entries, item, wrapped } = schema as {
    entries?: object;
    item?: unknown;
    wrapped?: unknown;
  };
  if (wrapped !== undefined) return keyKinds(wrapped, path);
  if (item !== undefined) return keyKinds(item, `${path}[]`);
  if (entries === undefined) return new Map([[path, kindOf(schema)]]);
  return new Map(
    Object.entries(entries).flatMap(([key, inner]) => [
      ...keyKinds(inner, path === "" ? snakeKey(key) : `${path}.${snakeKey(key)}`),
    ]),
  );
}
