/** Tables of a configuration: camelCase in schemas, snake_case in files. */
import * as v from "valibot";

/** A table that may be left out because all its keys may be. */
export function section<const E extends v.ObjectEntries>(
  entries: E,
): v.GenericSchema<unknown, v.InferOutput<v.ObjectSchema<E, undefined>>> {
  return withDefault(v.object(entries), {});
}

/** A schema with a default, which is written as in the file. */
export function withDefault<T>(
  schema: v.GenericSchema<unknown, T>,
  inFile: unknown,
): v.GenericSchema<unknown, T> {
  // With a default the result is never undefined, which valibot sees for literal types alone.
  return v.optional(schema, inFile) as v.GenericSchema<unknown, unknown> as v.GenericSchema<
    unknown,
    T
  >;
}

/** Refuses a table in which two values do not go together; `key` is the one to change. */
export function check<T>(
  schema: v.GenericSchema<unknown, T>,
  key: string,
  holds: (value: T) => boolean,
  message: string,
): v.GenericSchema<unknown, T> {
  const checked = v.pipe(
    schema,
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed || holds(dataset.value)) return;
      const input = { [key]: undefined };
      addIssue({
        message,
        path: [{ type: "object", origin: "value", input, key, value: undefined }],
      });
    }),
  );
  return checked as unknown as v.GenericSchema<unknown, T>;
}

/**
 * All keys that a schema knows, as paths: `tunnel.keepalive.interval`, `clients[].name`. Tables are
 * there too.
 */
export function keyPaths(schema: unknown, prefix = ""): Set<string> {
  const paths = new Set<string>();
  const inner = schema as { entries?: object; item?: unknown; wrapped?: unknown };
  const add = (path: string, nested: unknown): void => {
    paths.add(path);
    for (const below of keyPaths(nested, path)) paths.add(below);
  };
  if (inner.wrapped !== undefined) return keyPaths(inner.wrapped, prefix);
  if (inner.item !== undefined) return keyPaths(inner.item, `${prefix}[]`);
  for (const [key, nested] of Object.entries(inner.entries ?? {})) {
    const name = snakeKey(key);
    add(prefix === "" ? name : `${prefix}.${name}`, nested);
  }
  return paths;
}

/** Deeper than any table that a schema knows: what lies below is looked at by nobody. */
const MAX_DEPTH = 8;

/** A parsed file with its keys in camelCase. */
export function camelKeys(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((item) => camelKeys(item, depth + 1));
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [camelKey(key), camelKeys(item, depth + 1)]),
  );
}

function camelKey(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The key of a file that a schema's key stands for. */
export function snakeKey(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
