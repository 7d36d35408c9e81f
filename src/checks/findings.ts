import { SystemError } from "../../ffi/errno.ts";
import { ConfigError } from "../config/config_error.ts";
import { setVariable } from "../config/environment/names.ts";
import { type Finding, Refusal, type Severity } from "../config/finding.ts";
import { lineOf, locateKeys } from "../config/toml/locate.ts";
import type { FindingCode } from "../messages/findings.ts";

/** What is wrong and what to do. */
export interface Said {
  words: string;
  remedy: string;
}

/** Collects what checks of one configuration file find. */
export class Findings {
  readonly all: Finding[] = [];
  readonly #file: string;
  #lines: ReadonlyMap<string, number> | undefined;

  /** `file` is the configuration's path. */
  constructor(file: string) {
    this.#file = file;
  }

  /** Adds a finding about a key such as `tunnel.listen`; an empty key is about no line. */
  add(severity: Severity, code: FindingCode, key: string, { words, remedy }: Said): void {
    const variable = setVariable(key);
    const line = key === "" || variable !== undefined ? undefined : this.#lineOf(key);
    const place = {
      file: this.#file,
      ...(line !== undefined && { line }),
      ...(variable !== undefined && { variable }),
      key,
    };
    this.all.push({ code, severity, ...(key !== "" && { place }), words, remedy });
  }

  /**
   * Runs one check; its exception becomes a finding, and the result is then undefined. Faults of
   * the configuration are errors; the severity of others is given.
   */
  async attempt<T>(
    code: FindingCode,
    key: string,
    check: () => T | Promise<T>,
    severity: Severity = "error",
  ): Promise<T | undefined> {
    try {
      return await check();
    } catch (error) {
      if (error instanceof ConfigError) this.all.push(...error.findings);
      else if (error instanceof Refusal) this.add("error", error.code, key, error);
      else this.add(severity, code, key, explained(error));
      return undefined;
    }
  }

  #lineOf(key: string): number | undefined {
    this.#lines ??= linesIn(this.#file);
    return lineOf(key, this.#lines);
  }
}

/** Splits an error of another part of the program, whose messages end with what to do. */
export function explained(error: unknown): Said {
  const message = error instanceof Error ? error.message : String(error);
  const remedy = error instanceof SystemError ? error.advice : message.split("; ").at(-1) ?? "";
  return message.endsWith(`; ${remedy}`)
    ? { words: message.slice(0, -remedy.length - 2), remedy }
    : { words: message, remedy: "see the documentation of the system" };
}

/** The lines of a file's keys; none of a pipe, which can be read only once. */
function linesIn(file: string): ReadonlyMap<string, number> {
  try {
    return Deno.statSync(file).isFile ? locateKeys(Deno.readTextFileSync(file)) : new Map();
  } catch {
    return new Map();
  }
}
