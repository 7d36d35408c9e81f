/** Schemas of single values, with specific error messages. */
import { isIP } from "node:net";
import * as v from "valibot";
import { MAX_PORT } from "./address_fault.ts";
import { isSameAddress, parseAddress } from "./addresses.ts";
import { isDnsName } from "./host_names.ts";
import { nearest } from "./suggest.ts";
import type { Address } from "./types.ts";
import { formatDuration, parseDuration, parseSize } from "./units.ts";
import { durationHint, sizeHint } from "./unit_hints.ts";
import { expected, Problem, value } from "./value_schema.ts";

type Schema<T> = v.GenericSchema<unknown, T>;

/** Hint for a number or boolean in quotation marks. */
function unquoted(input: unknown, isValue: (text: string) => boolean): string {
  return typeof input === "string" && isValue(input.trim()) ? "remove the quotation marks" : "";
}

const isNumber = (text: string): boolean => /^[+-]?\d+$/.test(text);

/** Schema of a boolean. */
export function flag(): Schema<boolean> {
  const isFlag = (text: string): boolean => /^(?:true|false)$/i.test(text);
  return value(
    (input) =>
      typeof input === "boolean"
        ? input
        : expected("true or false", input, unquoted(input, isFlag)),
    "flag",
  );
}

/** Schema of a list of texts; `what` names the items in messages. */
export function listOf(item: Schema<string>, what: string): Schema<string[]> {
  return value((input) => {
    if (!Array.isArray(input)) return expected(`a list of ${what} in [ ]`, input);
    for (const one of input) {
      const { issues } = v.safeParse(item, one);
      if (issues !== undefined) {
        return new Problem(issues[0].message, issues[0].expected ?? `write ${what} in [ ]`);
      }
    }
    return input;
  }, "list");
}

/** Schema of a text that `accepts` allows; `what` describes it in messages. */
export function textLike(what: string, accepts: (text: string) => boolean): Schema<string> {
  return value((input) => {
    if (typeof input === "string" && accepts(input)) return input;
    const trimmed = typeof input === "string" ? input.trim() : "";
    const hasBlanks = trimmed !== input && accepts(trimmed);
    return expected(what, input, hasBlanks ? `write "${trimmed}" without blanks around it` : "");
  });
}

/** Schema of one of the given words. */
export function oneOf<const W extends string>(...words: readonly W[]): Schema<W> {
  const what = `one of ${words.map((word) => `"${word}"`).join(", ")}`;
  return value((input) =>
    words.find((word) => word === input) ?? expected(what, input, meantWord(input, words))
  );
}

/** Hint for a misspelt or shortened word. */
function meantWord(input: unknown, words: readonly string[]): string {
  if (typeof input !== "string" || input === "") return "";
  const typed = input.trim().toLowerCase();
  const begun = words.filter((word) => typed.length >= 2 && word.startsWith(typed));
  const meant = begun.length === 1 ? begun[0] : nearest(typed, words);
  return meant === undefined ? "" : `did you mean "${meant}"?`;
}

/** Schema of an integer from `least` to `most`. */
export function integer(least: number, most: number): Schema<number> {
  const what = `a whole number from ${least} to ${most}`;
  return value(
    (input) =>
      typeof input === "number" && Number.isInteger(input) && input >= least && input <= most
        ? input
        : expected(what, input, unquoted(input, isNumber)),
    "number",
  );
}

/** Schema of a power of two from `least` to `most`. */
export function powerOfTwo(least: number, most: number): Schema<number> {
  const what = `a power of two from ${least} to ${most}`;
  return value(
    (input) =>
      typeof input === "number" && Number.isInteger(Math.log2(input)) && input >= least &&
        input <= most
        ? input
        : expected(what, input, unquoted(input, isNumber)),
    "number",
  );
}

/** Schema of a duration from `least` to `most`, or `"0s"` if `off`; the output is milliseconds. */
export function duration(least: string, most: string, off = false): Schema<number> {
  const [low, high] = [parseDuration(least) ?? 0, parseDuration(most) ?? 0];
  const range = `a duration from "${formatDuration(low)}" to "${formatDuration(high)}"`;
  const what = `${range}${off ? ' or "0s" to disable' : ""}, such as "30s" or "500ms"`;
  return value((input) => {
    const parsed = typeof input === "string" ? parseDuration(input) : undefined;
    if (parsed === undefined) return expected(what, input, durationHint(input));
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
    if (parsed === undefined) return expected(what, input, sizeHint(input));
    return parsed >= low && parsed <= high ? parsed : expected(what, input);
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
      if (typeof item !== "string") return expected(what, item, portAlone(item));
      const address = parseAddress(item);
      if ("words" in address) return new Problem(address.words, address.remedy);
      if (result.some((other) => isSameAddress(other, address))) {
        return new Problem(`Duplicate address "${item}"`, "remove one of the two");
      }
      result.push(address);
    }
    return result;
  }, "list");
}

/** Hint for a port without an address. */
function portAlone(input: unknown): string {
  const isPort = typeof input === "number" && input >= 1 && input <= MAX_PORT;
  return isPort ? `write the address too, such as "0.0.0.0:${input}"` : "";
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
  }, "numbers");
}
