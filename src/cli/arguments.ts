import { parseArgs } from "@std/cli/parse-args";
import { didYouMean } from "../config/suggest.ts";
import { printable } from "../printable.ts";

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";

  constructor(message: string) {
    super(printable(message));
  }
}

/** An option of a command. */
export interface OptionSpec {
  /** Without the leading `--`. */
  name: string;
  /** One letter. */
  alias?: string;
  /** What stands for the value in help, or the words it can be, as `a|b`; absent for a switch. */
  value?: string;
  required?: boolean;
  summary: string;
}

/** What may follow a command's name. */
export interface ArgumentsSpec {
  options: readonly OptionSpec[];
  /** Names of positional arguments; all may be left out as far as this is concerned. */
  positionals: readonly string[];
}

/** What did follow it. */
export interface Arguments {
  /** As given. */
  raw: readonly string[];
  positionals: readonly string[];
  /** Values of options that take one and were given. */
  values: ReadonlyMap<string, string>;
  /** Switches that were given. */
  switches: ReadonlySet<string>;
}

/** Reads a command's arguments; throws UsageError for what its specification does not have. */
export function readArguments(args: readonly string[], spec: ArgumentsSpec): Arguments {
  const withValue = spec.options.filter((option) => option.value !== undefined);
  const switches = spec.options.filter((option) => option.value === undefined);
  // Not left to parseArgs: it takes "--no-config", and answers to what every object inherits.
  const end = args.indexOf("--");
  for (const arg of end < 0 ? args : args.slice(0, end)) refuseUnknown(arg, spec.options);
  const parsed: Record<string, unknown> & { _: readonly unknown[] } = parseArgs([...args], {
    string: [...withValue.map((option) => option.name), "_"],
    boolean: switches.map((option) => option.name),
    alias: Object.fromEntries(
      spec.options.flatMap(({ name, alias }) => alias === undefined ? [] : [[alias, name]]),
    ),
  });
  const positionals = parsed._.map(String);
  const surplus = positionals.at(spec.positionals.length);
  if (surplus !== undefined) throw new UsageError(`Unexpected argument "${surplus}"`);
  return {
    raw: args,
    positionals,
    values: readValues(parsed, withValue),
    switches: new Set(switches.map(({ name }) => name).filter((name) => parsed[name] === true)),
  };
}

function refuseUnknown(arg: string, options: readonly OptionSpec[]): void {
  if (!arg.startsWith("-") || arg === "-") return;
  const word = arg.replace(/=.*$/s, "");
  const known = options.some(({ name, alias }) =>
    word === `--${name}` || (alias !== undefined && arg.startsWith(`-${alias}`))
  );
  if (known) return;
  const names = [...options.map(({ name }) => `--${name}`), "--help"];
  throw new UsageError(`Unknown option "${word}"${didYouMean(word, names)}`);
}

function readValues(
  parsed: Record<string, unknown>,
  options: readonly OptionSpec[],
): Map<string, string> {
  const values = new Map<string, string>();
  for (const { name, value, required } of options) {
    const given = parsed[name];
    if (given === "") throw new UsageError(`Option "--${name}" needs a value: --${name} ${value}`);
    if (given !== undefined) values.set(name, oneOf(String(given), value ?? "", `--${name}`));
    else if (required) throw new UsageError(`Option "--${name} ${value}" is missing`);
  }
  return values;
}

/** A word of a specification such as `open|held`; any text where that has no choice. */
export function oneOf(given: string, value: string, what: string): string {
  const words = value.split("|");
  if (words.length < 2 || words.includes(given)) return given;
  const hint = didYouMean(given, words) || `; it is one of ${words.join(", ")}`;
  throw new UsageError(`Cannot use "${given}" for ${what}${hint}`);
}
