/** What schemas of single values are made from. */
import * as v from "valibot";

type Schema<T> = v.GenericSchema<unknown, T>;

/**
 * What a value is outside a file, where nothing but text can be written: the text itself, a number,
 * true or false, or a list of texts or of numbers.
 */
export type ValueKind = "text" | "number" | "flag" | "list" | "numbers";

/** An invalid value: what is wrong, and what to write. */
export class Problem {
  constructor(readonly words: string, readonly remedy: string) {}
}

/**
 * Makes a schema from a function that returns the value or the problem with it. The issue's
 * `expected` is the remedy; `kindOf` returns the kind.
 */
export function value<T>(
  read: (input: unknown) => T | Problem,
  kind: ValueKind = "text",
): Schema<T> {
  return v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const result = read(dataset.value);
      if (!(result instanceof Problem)) return result;
      addIssue({ message: result.words, expected: result.remedy });
      return NEVER;
    }),
    v.metadata({ kind }),
  );
}

/** The problem of a value that is not what is expected, with a hint or the remedy "write …". */
export function expected(what: string, input: unknown, hint = ""): Problem {
  return new Problem(`Expected ${what}, not ${show(input)}`, hint || `write ${what}`);
}

/** The kind of a schema that `value` made, also inside of other schemas. */
export function kindOf(schema: unknown): ValueKind {
  const { wrapped } = schema as { wrapped?: unknown };
  if (wrapped !== undefined) return kindOf(wrapped);
  const { kind } = v.getMetadata(schema as v.GenericSchema);
  return kind as ValueKind | undefined ?? "text";
}

/** Formats a value as in a file; long lists and tables only by their kind. */
export function show(input: unknown): string {
  if (Array.isArray(input)) return input.length <= 4 ? `[${input.map(show).join(", ")}]` : "a list";
  if (typeof input === "object" && !(input instanceof Date)) return "a table";
  return typeof input === "string" ? `"${input}"` : String(input);
}
