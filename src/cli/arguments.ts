import { didYouMean } from "../config/suggest.ts";
import { printable } from "../printable.ts";

/** An invalid command line: exit code 2. */
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
  /** Placeholder of the value in help, or its allowed words as `a|b`; absent for a switch. */
  value?: string;
  required?: boolean;
  summary: string;
}

/** Arguments that a command accepts. */
export interface ArgumentsSpec {
  options: readonly OptionSpec[];
  /**
   * Names of positional arguments, all optional here; the command checks which it needs. The last one
   * may end with "...": it can be repeated.
   */
  positionals: readonly string[];
  /** Number of positional arguments that the command needs, default 0; for help. */
  leastPositionals?: number;
}

/** Parsed arguments of a command. */
export interface Arguments {
  /** All arguments as given. */
  raw: readonly string[];
  positionals: readonly string[];
  /** Values of the given options, by option name. */
  values: ReadonlyMap<string, string>;
  /** Names of the given switches. */
  switches: ReadonlySet<string>;
}

/** State of the parser. */
interface Reading {
  spec: ArgumentsSpec;
  /** Arguments still to be parsed, the next one first. */
  rest: string[];
  positionals: string[];
  values: Map<string, string>;
  switches: Set<string>;
}

/**
 * Parses a command's arguments; throws UsageError for any that its specification does not allow.
 */
export function readArguments(args: readonly string[], spec: ArgumentsSpec): Arguments {
  const reading: Reading = {
    spec,
    rest: [...args],
    positionals: [],
    values: new Map(),
    switches: new Set(),
  };
  for (let arg = reading.rest.shift(); arg !== undefined; arg = reading.rest.shift()) {
    if (arg === "--") reading.positionals.push(...reading.rest.splice(0));
    else if (arg.startsWith("--")) readLong(arg, reading);
    else if (arg.startsWith("-") && arg !== "-") readShort(arg, reading);
    else reading.positionals.push(arg);
  }
  const { positionals, values, switches } = reading;
  const isOpen = spec.positionals.at(-1)?.endsWith("...") ?? false;
  const surplus = isOpen ? undefined : positionals.at(spec.positionals.length);
  if (surplus !== undefined) throw new UsageError(`Unexpected argument "${surplus}"`);
  for (const { name, value, required } of spec.options) {
    if (required && !values.has(name)) {
      throw new UsageError(`Option "--${name} ${value}" is missing`);
    }
  }
  return { raw: args, positionals, values, switches };
}

/** `--name`, `--name VALUE` or `--name=VALUE`. */
function readLong(arg: string, reading: Reading): void {
  const equals = arg.indexOf("=");
  const word = equals < 0 ? arg : arg.slice(0, equals);
  const option = reading.spec.options.find(({ name }) => `--${name}` === word);
  if (option === undefined) throw unknownOption(word, reading.spec);
  if (option.value !== undefined) {
    return keep(option, equals < 0 ? nextValue(reading) : arg.slice(equals + 1), reading);
  }
  if (equals >= 0) throw new UsageError(`Option "${word}" takes no value`);
  reading.switches.add(option.name);
}

/** `-n`, `-n VALUE`, `-nVALUE`, `-n=VALUE`, and combined switches: `-abn VALUE`. */
function readShort(arg: string, reading: Reading): void {
  for (let at = 1; at < arg.length; at++) {
    const option = reading.spec.options.find(({ alias }) => alias === arg[at]);
    if (option === undefined) {
      throw unknownOption(at === 1 ? arg.replace(/=.*$/s, "") : `-${arg[at]}`, reading.spec);
    }
    if (option.value !== undefined) {
      const attached = arg.slice(at + 1).replace(/^=/, "");
      return keep(option, at + 1 < arg.length ? attached : nextValue(reading), reading);
    }
    reading.switches.add(option.name);
  }
}

/** The next argument unless it is an option; "-" is a value that means stdin or stdout. */
function nextValue({ rest }: Reading): string {
  const [next] = rest;
  return next === undefined || /^-./s.test(next) ? "" : rest.shift() ?? "";
}

/** Stores an option's value; the last one wins. */
function keep({ name, value = "" }: OptionSpec, given: string, { values }: Reading): void {
  if (given === "") throw new UsageError(`Option "--${name}" needs a value: --${name} ${value}`);
  values.set(name, oneOf(given, value, `--${name}`));
}

function unknownOption(word: string, { options }: ArgumentsSpec): UsageError {
  const names = [...options.map(({ name }) => `--${name}`), "--help"];
  return new UsageError(`Unknown option "${word}"${didYouMean(word, names)}`);
}

/** Checks a value against a specification such as `open|held`; one without `|` allows any text. */
export function oneOf(given: string, value: string, what: string): string {
  const words = value.split("|");
  if (words.length < 2 || words.includes(given)) return given;
  const hint = didYouMean(given, words) || `; use one of ${words.join(", ")}`;
  throw new UsageError(`Cannot use "${given}" for ${what}${hint}`);
}
