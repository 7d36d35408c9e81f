/** Tables of a configuration: keys are camelCase in schemas and snake_case in files. */
import * as v from "valibot";

/** Schema of a table that may be omitted because all its keys may be. */
export function section<const E extends v.ObjectEntries>(
  entries: E,
): v.GenericSchema<unknown, v.InferOutput<v.ObjectSchema<E, undefined>>> {
  return withDefault(v.object(entries), {});
}

/** Adds a default to a schema, in the form that a file has. */
export function withDefault<T>(
  schema: v.GenericSchema<unknown, T>,
  inFile: unknown,
): v.GenericSchema<unknown, T> {
  // With a default the result is never undefined, which valibot infers only for literal types.
  return v.optional(schema, inFile) as v.GenericSchema<unknown, unknown> as v.GenericSchema<
    unknown,
    T
  >;
}

/**
 * Adds a check across the keys of a table to a schema; the issue is reported at `key`, with what is
 * wrong and what to do.
 */
export function check<T>(
  schema: v.GenericSchema<unknown, T>,
  key: string,
  holds: (value: T) => boolean,
  [words, remedy]: readonly [words: string, remedy: string],
): v.GenericSchema<unknown, T> {
  const checked = v.pipe(
    schema,
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed || holds(dataset.value)) return;
      const input = { [key]: undefined };
      addIssue({
        message: words,
        expected: remedy,
        path: [{ type: "object", origin: "value", input, key, value: undefined }],
      });
    }),
  );
  return checked as unknown as v.GenericSchema<unknown, T>;
}

/**
 * Returns all keys of a schema as paths such as `tunnel.keepalive.interval` or `clients[].name`,
 * including tables.
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

/** Maximum depth of conversion: deeper than any schema, which ignores what is below. */
const MAX_DEPTH = 8;

/** Converts the keys of a parsed file to camelCase. */
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

/** Converts a key of a schema to the key in a file. */
export function snakeKey(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
