import { parse } from "@std/toml";
import { outlineOf } from "../toml/toml_outline.ts";
import type { ValueKind } from "../value_schema.ts";

/** What is wrong with a variable's text, and what to write. */
export interface VariableFault {
  words: string;
  remedy: string;
}

const LIST = 'write a TOML list such as ["a", "b"], or values with commas between them';

/**
 * Converts the text of a variable to what a file would have, by the kind of its key. A text that is
 * not of this kind stays a text, which the key's schema refuses.
 */
export function variableValue(text: string, kind: ValueKind): { value: unknown } | VariableFault {
  switch (kind) {
    case "flag":
      return { value: text === "true" ? true : text === "false" ? false : text };
    case "number":
      return { value: numberOr(text) };
    case "list":
      return text.startsWith("[") ? tomlList(text) : { value: parts(text) };
    case "numbers":
      return text.startsWith("[") ? tomlList(text) : { value: parts(text).map(numberOr) };
    case "text":
      return { value: text };
  }
}

function numberOr(text: string): string | number {
  return /^(?:\d{1,15}|0x[0-9a-fA-F]{1,12})$/.test(text) ? Number(text) : text;
}

function parts(text: string): string[] {
  return text.trim() === "" ? [] : text.split(",").map((part) => part.trim());
}

/** Reads one list of TOML on one line: more of TOML could be other settings. */
function tomlList(text: string): { value: unknown } | VariableFault {
  if (/[\r\n]/.test(text)) return { words: "A list is on one line", remedy: LIST };
  const source = `list = ${text}`;
  const [problem] = outlineOf(source).problems;
  if (problem !== undefined) return { words: problem.words, remedy: problem.remedy };
  return { value: parse(source).list };
}
