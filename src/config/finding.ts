import type { FindingCode } from "../messages/findings.ts";
import { printable } from "../printable.ts";

/**
 * "error": the daemon cannot do its work. "warning": it can, but something needs attention. "note":
 * worth knowing.
 */
export type Severity = "error" | "warning" | "note";

/** Where something was found. */
export interface Place {
  file: string;
  /** Line number, from 1. */
  line?: number;
  /** The environment variable that sets the key in place of the file. */
  variable?: string;
  /** Key in the file, such as `tunnel.listen`. */
  key?: string;
}

/** Something that a check found. */
export interface Finding {
  code: FindingCode;
  severity: Severity;
  place?: Place;
  /** What is wrong, and why; without a full stop. */
  words: string;
  /** What to do; without a full stop. */
  remedy: string;
}

/** Joins what is wrong with what to do, unless "Expected …" already says what to write. */
export function sentence({ words, remedy }: Pick<Finding, "words" | "remedy">): string {
  const isSaid = remedy === "" || words.startsWith(remedy.replace(/^write /, "Expected "));
  return isSaid ? words : `${words}; ${remedy}`;
}

/**
 * Formats a place as compilers do: `server.toml:3: interface.name`, or with the name of a variable
 * in front: `PPPOE_PROXY_INTERFACE_NAME: interface.name`.
 */
export function formatPlace({ file, line, variable, key }: Place): string {
  const at = variable ?? (line === undefined ? file : `${file}:${line}`);
  return printable(key === undefined ? at : `${at}: ${key}`);
}

/** Formats a finding as one line, with the code that `explain` knows. */
export function formatFinding({ code, place, words, remedy }: Finding): string {
  const where = place === undefined ? "" : `${formatPlace(place)}: `;
  return printable(`${where}${sentence({ words, remedy })} [${code}]`);
}

/** An error that is a finding: why a file cannot be used, and what to do. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly code: FindingCode;
  readonly words: string;
  readonly remedy: string;

  constructor(code: FindingCode, words: string, remedy: string, options?: ErrorOptions) {
    super(sentence({ words, remedy }), options);
    this.code = code;
    this.words = words;
    this.remedy = remedy;
  }
}
