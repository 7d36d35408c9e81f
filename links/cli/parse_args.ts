import minimist from "npm:minimist@^1.2.8";

/** Options of `parseArgs`: the part that this project uses. */
export interface ParseOptions {
  /** Names that are always boolean. */
  boolean?: readonly string[];
  /** Names that are always text. */
  string?: readonly string[];
  /** Further names by name. */
  alias?: Record<string, string>;
  /** Everything after the first positional argument is positional. */
  stopEarly?: boolean;
  /** Called for each argument that no option names; false leaves it out of the result. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** Positional arguments in `_`, flags by name. */
// deno-lint-ignore no-explicit-any
export type Args = Record<string, any> & { _: Array<string | number> };

/** Parses command line arguments. */
export function parseArgs(args: readonly string[], options: ParseOptions = {}): Args {
  const { unknown, ...rest } = options;
  return minimist([...args], {
    ...rest,
    boolean: [...options.boolean ?? []],
    string: [...options.string ?? []],
    ...(unknown && { unknown: (arg: string) => unknown(arg) !== false }),
  });
}
