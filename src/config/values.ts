/** Schemas of single values, with specific error messages. */
import { isIP } from "node:net";
import { resolve } from "node:path";
import * as v from "valibot";
import { isDnsName, isSameAddress, parseAddress } from "./addresses.ts";
import type { Address } from "./types.ts";
import { formatDuration, parseDuration, parseSize } from "./units.ts";

type Schema<T> = v.GenericSchema<unknown, T>;

/** An invalid value, with the whole message. */
class Problem {
  constructor(readonly message: string) {}
}

/** Makes a schema from a function that returns the value or the problem with it. */
function value<T>(read: (input: unknown) => T | Problem): Schema<T> {
  return v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const result = read(dataset.value);
      if (!(result instanceof Problem)) return result;
      addIssue({ message: result.message });
      return NEVER;
    }),
  );
}

function expected(what: string, input: unknown, hint = ""): Problem {
  return new Problem(`Expected ${what}, not ${show(input)}${hint && `; ${hint}`}`);
}

/** Hint for a number or boolean in quotation marks. */
function unquoted(input: unknown, isValue: (text: string) => boolean): string {
  return typeof input === "string" && isValue(input.trim()) ? "remove the quotation marks" : "";
}

/** Hint for an amount with an unknown unit or format. */
function otherUnit(input: unknown, units: string): string {
  const isAmount = typeof input === "string" && /^[\d.,_]+\s*[A-Za-z]/.test(input.trim());
  return isAmount ? `use a whole number and one of the units ${units}` : "";
}

const isNumber = (text: string): boolean => /^[+-]?\d+$/.test(text);

/** Schema of a boolean. */
export function flag(): Schema<boolean> {
  const isFlag = (text: string): boolean => /^(?:true|false)$/i.test(text);
  return value((input) =>
    typeof input === "boolean" ? input : expected("true or false", input, unquoted(input, isFlag))
  );
}

/** Schema of a list of texts; `what` names the items in messages. */
export function listOf(item: Schema<string>, what: string): Schema<string[]> {
  return value((input) => {
    if (!Array.isArray(input)) return expected(`a list of ${what} in [ ]`, input);
    for (const one of input) {
      const { issues } = v.safeParse(item, one);
      if (issues !== undefined) return new Problem(issues[0].message);
    }
    return input;
  });
}

/** Formats a value as in a file; long lists and tables only by their kind. */
export function show(input: unknown): string {
  if (Array.isArray(input)) return input.length <= 4 ? `[${input.map(show).join(", ")}]` : "a list";
  if (typeof input === "object" && !(input instanceof Date)) return "a table";
  return typeof input === "string" ? `"${input}"` : String(input);
}

/** Schema of a text that `accepts` allows; `what` describes it in messages. */
export function textLike(what: string, accepts: (text: string) => boolean): Schema<string> {
  return value((input) =>
    typeof input === "string" && accepts(input) ? input : expected(what, input)
  );
}

/** Schema of one of the given words. */
export function oneOf<const W extends string>(...words: readonly W[]): Schema<W> {
  const what = `one of ${words.map((word) => `"${word}"`).join(", ")}`;
  return value((input) => words.find((word) => word === input) ?? expected(what, input));
}

/** Schema of an integer from `least` to `most`. */
export function integer(least: number, most: number): Schema<number> {
  const what = `a whole number from ${least} to ${most}`;
  return value((input) =>
    typeof input === "number" && Number.isInteger(input) && input >= least && input <= most
      ? input
      : expected(what, input, unquoted(input, isNumber))
  );
}

/** Schema of a power of two from `least` to `most`. */
export function powerOfTwo(least: number, most: number): Schema<number> {
  const what = `a power of two from ${least} to ${most}`;
  return value((input) =>
    typeof input === "number" && Number.isInteger(Math.log2(input)) && input >= least &&
      input <= most
      ? input
      : expected(what, input, unquoted(input, isNumber))
  );
}

/** Schema of a duration from `least` to `most`, or `"0s"` if `off`; the output is milliseconds. */
export function duration(least: string, most: string, off = false): Schema<number> {
  const [low, high] = [parseDuration(least) ?? 0, parseDuration(most) ?? 0];
  const range = `a duration from "${formatDuration(low)}" to "${formatDuration(high)}"`;
  const what = `${range}${off ? ' or "0s" to disable' : ""}, such as "30s" or "500ms"`;
  return value((input) => {
    const parsed = typeof input === "string" ? parseDuration(input) : undefined;
    if (parsed === undefined) return expected(what, input, otherUnit(input, "ms, s, m, h and d"));
    return (off && parsed === 0) || (parsed >= low && parsed <= high)
      ? parsed
      : expected(what, input);
  });
}

/** Schema of a size from `least` to `most`; the output is bytes. */
export function size(least: string, most: string): Schema<number> {
  const [low, high] = [parseSize(least) ?? 0, parseSize(most) ?? 0];
  const what = `a size from "${least}" to "${most}", such as "10MiB"`;
  return value((input) => {
    const parsed = typeof input === "string" ? parseSize(input) : undefined;
    if (parsed === undefined) return expected(what, input, otherUnit(input, "B, KiB, MiB and GiB"));
    return parsed >= low && parsed <= high ? parsed : expected(what, input);
  });
}

/** Schema of a path; the output is absolute, relative paths start at `folder`. */
export function path(folder: string): Schema<string> {
  return value((input) =>
    typeof input === "string" && input !== "" && !input.includes("\0")
      ? resolve(folder, input)
      : expected("a file path", input)
  );
}

/** Schema of a path as above, or of the given word. */
export function pathOr<const W extends string>(word: W, folder: string): Schema<string | W> {
  return value((input) =>
    input === word
      ? word
      : typeof input === "string" && input !== "" && !input.includes("\0")
      ? resolve(folder, input)
      : expected(`a file path or "${word}"`, input)
  );
}

/** Schema of one path or a list of up to `most` paths, without duplicates. */
export function paths(folder: string, most: number): Schema<string[]> {
  return value((input) => {
    const list: unknown[] = Array.isArray(input) ? input : [input];
    const what = `a file path, or a list of up to ${most}`;
    if (list.length === 0 || list.length > most) return expected(what, input);
    const result: string[] = [];
    for (const item of list) {
      if (typeof item !== "string" || item === "" || item.includes("\0")) {
        return expected(what, item);
      }
      const absolute = resolve(folder, item);
      if (result.includes(absolute)) return new Problem(`Duplicate path "${item}"; remove one`);
      result.push(absolute);
    }
    return result;
  });
}

/** Schema of a DNS name or an IP address, as used in certificates. */
export function serverName(): Schema<string> {
  return textLike(
    "a DNS name or an IP address",
    (input) => isDnsName(input) || isIP(input) !== 0,
  );
}

/** Schema of one address or a list of addresses, without duplicates. */
export function addresses(): Schema<Address[]> {
  return value((input) => {
    const list: unknown[] = Array.isArray(input) ? input : [input];
    const what = 'an address such as "192.0.2.2:8443", or a list of them';
    if (list.length === 0) return expected(what, input);
    const result: Address[] = [];
    for (const item of list) {
      if (typeof item !== "string") return expected(what, item);
      const address = parseAddress(item);
      if (typeof address === "string") {
        return new Problem(`Cannot read "${item}" as an address: ${address}`);
      }
      if (result.some((other) => isSameAddress(other, address))) {
        return new Problem(`Duplicate address "${item}"; remove one`);
      }
      result.push(address);
    }
    return result;
  });
}

/** Schema of `rewrite`, `preserve` or `fixed:<hex>`. */
export function hostUniq(): Schema<"rewrite" | "preserve" | { fixed: Uint8Array }> {
  return value((input) => {
    if (input === "rewrite" || input === "preserve") return input;
    const [, digits] = /^fixed:((?:[0-9a-fA-F]{2}){1,64})$/.exec(
      typeof input === "string" ? input : "",
    ) ?? [];
    if (digits !== undefined) return { fixed: Uint8Array.fromHex(digits) };
    return expected('"rewrite", "preserve" or "fixed:" with 1 to 64 bytes in hexadecimal', input);
  });
}

/** Schema of two different EtherTypes (IEEE 802.3: 0x0600 and above). */
export function etherTypes(): Schema<[number, number]> {
  const valid = (item: unknown): item is number =>
    typeof item === "number" && Number.isInteger(item) && item >= 0x600 && item <= 0xffff;
  return value((input) => {
    const [discovery, session, ...more] = Array.isArray(input) ? input : [];
    return valid(discovery) && valid(session) && discovery !== session && more.length === 0
      ? [discovery, session]
      : expected("two different EtherTypes, [discovery, session], such as [0x8863, 0x8864]", input);
  });
}
