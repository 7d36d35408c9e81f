/** Options of `parseArgs`: the part that this project uses. */
export interface ParseOptions {
  /** Names that are always boolean, false where they are not given. */
  boolean?: readonly string[];
  /** Names that are always text; `_` for the positional arguments. */
  string?: readonly string[];
  /** Values of names that are not given. */
  default?: Record<string, unknown>;
  /** Called for each argument that no option names; false leaves it out of the result. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** Positional arguments in `_`, flags by name. */
// deno-lint-ignore no-explicit-any
export type Args = Record<string, any> & { _: Array<string | number> };

type Value = string | boolean;
/** A name, and a value that is not empty; `no-` belongs to the name only where no value follows. */
const LONG = /^--(no-)?(.+?)(?:=(.+))?$/s;
const NUMBER_AT_END = /-?\d+(\.\d*)?(e-?\d+)?$/;

/** Reads flags and positional arguments as the real package does; of a name the last value counts. */
export function parseArgs(args: readonly string[], options: ParseOptions = {}): Args {
  return new Reader(args, options).run();
}

class Reader {
  #result: Args = { _: [] };
  #args: readonly string[];
  #rest: readonly string[];
  #at = 0;
  #options: ParseOptions;
  #boolean: ReadonlySet<string>;
  #string: ReadonlySet<string>;

  constructor(args: readonly string[], options: ParseOptions) {
    const end = args.indexOf("--");
    this.#args = end < 0 ? args : args.slice(0, end);
    this.#rest = end < 0 ? [] : args.slice(end + 1);
    this.#options = options;
    this.#boolean = new Set(options.boolean);
    this.#string = new Set(options.string);
  }

  run(): Args {
    while (this.#at < this.#args.length) {
      const arg = this.#args[this.#at++];
      if (/^--./s.test(arg)) this.#long(arg);
      else if (/^-./s.test(arg)) this.#short(arg);
      else this.#positional(arg);
    }
    const absent = [...this.#boolean].map((name) => [name, false]);
    for (const [name, value] of [...Object.entries(this.#options.default ?? {}), ...absent]) {
      if (!Object.hasOwn(this.#result, String(name))) this.#result[String(name)] = value;
    }
    this.#result._.push(...this.#rest);
    return this.#result;
  }

  #long(arg: string): void {
    const [, no = "", name = "", value] = LONG.exec(arg) ?? [];
    if (value === undefined) return this.#set(no + name, this.#following(no + name, /^-/), arg);
    this.#set(name, this.#boolean.has(name) ? value !== "false" : value, arg);
  }

  /** `-abc`, where all but the last may end in a value of their own. */
  #short(arg: string): void {
    const letters = arg.slice(1);
    for (let at = 0; at < letters.length - 1; at++) {
      const [letter, rest] = [letters[at], letters.slice(at + 1)];
      const isLetter = /[A-Za-z]/.test(letter);
      const given = isLetter ? /=(.+)/.exec(rest)?.[1] : undefined;
      const isEnd = isLetter && NUMBER_AT_END.test(rest) || rest.length > 1 && /^\W/.test(rest);
      if (rest === "-") this.#set(letter, rest, arg);
      else if (given !== undefined) return this.#set(letter, given, arg);
      else if (isEnd) return this.#set(letter, rest, arg);
      else this.#set(letter, this.#bare(letter), arg);
    }
    const last = arg.slice(-1);
    if (last !== "-") this.#set(last, this.#following(last, /^--?[^-]/), arg);
  }

  #positional(arg: string): void {
    if (this.#options.unknown?.(arg) === false) return;
    this.#result._.push(this.#string.has("_") ? arg : numeric(arg));
  }

  /** The argument that follows, where it is this name's value. */
  #following(name: string, flag: RegExp): Value {
    const next = this.#args[this.#at] ?? "";
    const isTruth = next === "true" || next === "false";
    const isText = next !== "" && !this.#boolean.has(name) && !flag.test(next);
    if (!isText && !isTruth) return this.#bare(name);
    this.#at++;
    return isText ? next : next === "true";
  }

  #bare(name: string): Value {
    return this.#string.has(name) ? "" : true;
  }

  #set(name: string, value: Value, arg: string): void {
    const isKnown = this.#boolean.has(name) || this.#string.has(name);
    if (!isKnown && this.#options.unknown?.(arg, name, value) === false) return;
    const path = name.split(".");
    const last = path.pop() ?? "";
    const around = path.reduce((table, part) => table[part] ??= {}, this.#result as Args);
    around[last] = typeof value === "string" && !this.#string.has(name) ? numeric(value) : value;
  }
}

function numeric(text: string): string | number {
  return /\S/.test(text) && Number.isFinite(Number(text)) ? Number(text) : text;
}
