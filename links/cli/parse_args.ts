import minimist from "npm:minimist@^1.2.8";

/** Options of `parseArgs`: the part that this project uses. */
export interface ParseOptions {
  /** Names that are always boolean. */
  boolean?: readonly string[];
  /** Names that are always text; `_` for the positional arguments. */
  string?: readonly string[];
  /** Further names by name. */
  alias?: Record<string, string | readonly string[]>;
  /** Values of names that are not given. */
  default?: Record<string, unknown>;
  /** Everything after the first positional argument is positional. */
  stopEarly?: boolean;
  /** Puts what follows `--` into `"--"` instead of `_`. */
  "--"?: boolean;
  /** Called for each argument that no option names; false leaves it out of the result. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** Positional arguments in `_`, flags by name. */
// deno-lint-ignore no-explicit-any
export type Args = Record<string, any> & { _: Array<string | number> };

/** Parses command line arguments; of a name given several times the last one counts. */
export function parseArgs(args: readonly string[], options: ParseOptions = {}): Args {
  const { unknown, alias, ...rest } = options;
  const result: Args = minimist([...args], {
    ...rest,
    boolean: [...options.boolean ?? []],
    string: [...options.string ?? []],
    ...(alias && { alias: alias as Record<string, string | string[]> }),
    ...(unknown && { unknown: (arg: string) => unknown(arg) !== false }),
  });
  for (const [name, value] of Object.entries(result)) {
    if (name !== "_" && name !== "--" && Array.isArray(value)) result[name] = value.at(-1);
  }
  return result;
}
